"""Many sessions: thousands of recordings and folders into two tables, on all cores or a cluster.

``sources`` finds them, ``job`` analyses one, ``crew`` has the jobs done here or on a Dask cluster,
``tables`` keeps what came out, ``run`` puts them together. Paths are those of fsspec: a plain path,
a glob, or a URL such as ``s3://study/*/recording.mcap`` where the plug-in for it is installed.
"""

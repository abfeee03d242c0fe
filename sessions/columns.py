"""Arrow columns from and to numpy arrays, by their buffers.

Arrow's own conversions look for pandas objects and import pandas to do so: half a second at every
start of a command that needs none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.samples import FloatArray


def numbers(values: FloatArray) -> pa.Array:
    """Make a float column of (n,) values; what is not finite is null."""
    return _column(pa.float64(), np.ascontiguousarray(values, np.float64), np.isfinite(values))


def integers(values: npt.NDArray[np.integer], known: npt.NDArray[np.bool_]) -> pa.Array:
    """Make an integer column of (n,) values; null where not ``known`` (n,)."""
    return _column(pa.int64(), np.ascontiguousarray(values, np.int64), known)


def words(codes: npt.NDArray[np.integer], names: Sequence[str]) -> pa.Array:
    """Make a text column: ``names[code]`` for each of the (n,) codes."""
    encoded = [name.encode() for name in names]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    dictionary = pa.Array.from_buffers(pa.string(), len(names), buffers)
    indices = _column(pa.int32(), np.ascontiguousarray(codes, np.int32), None)
    return pa.DictionaryArray.from_arrays(indices, dictionary).dictionary_decode()


def to_numpy(column: pa.ChunkedArray) -> FloatArray:
    """Return a float column as (n,) values; null becomes NaN."""
    parts = [_chunk(chunk) for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.empty(0)


def _column(
    kind: pa.DataType, values: npt.NDArray[np.generic], known: npt.NDArray[np.bool_] | None
) -> pa.Array:
    valid = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(values)])


def _chunk(chunk: pa.Array) -> FloatArray:
    valid, data = chunk.buffers()
    used = slice(chunk.offset, chunk.offset + len(chunk))
    values = np.frombuffer(data, np.float64)[used].copy()
    if valid is not None:
        bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
        values[bits[used] == 0] = np.nan
    return values

"""The service: a process of its own that owns sensors, recorder and pipeline."""

"""Bytes in, samples on one clock out. Knows nothing of spines."""

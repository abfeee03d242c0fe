"""Samples in, rotations out: numpy arrays and dataclasses, no I/O, no wall clock."""

"""One file per device family: pure bytes ↔ samples and commands (no await, no clock)."""

"""Where notifications come from: simulated wearer, replayed recording, radio."""

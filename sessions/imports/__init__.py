"""What other programs wrote, as blocks and events: one file per format."""

"""Results and samples as files that other programs read: one file per format."""

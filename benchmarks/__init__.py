"""Speed and accuracy, measured in one run: ``make bench``."""

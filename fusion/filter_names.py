"""Names of the orientation filters, apart from the filters: a command line may ask for them."""

FILTERS = ("vqf", "madgwick", "mahony", "ekf")
"""The default first."""

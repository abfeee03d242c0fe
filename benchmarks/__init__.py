"""Speed and accuracy, measured in one run: ``make bench``."""

import os

# As the command does (see :mod:`dashboard`), and before numpy is imported: what is said to be time
# of one core must not hold that of threads which wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

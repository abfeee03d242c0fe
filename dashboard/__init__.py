"""What people see and type: the command line, the service and the page."""

import os

# Our matrices are small: threads of linear algebra would only wait for each other, and a wait costs
# a processor as much as work does. Before numpy is imported, or it is too late.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

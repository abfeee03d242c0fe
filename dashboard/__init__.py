"""What people see and type: the command line, the service and the page."""

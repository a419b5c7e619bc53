"""Functions from vars and handlers to components."""

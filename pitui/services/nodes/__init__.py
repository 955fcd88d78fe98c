"""A closer look at one node."""

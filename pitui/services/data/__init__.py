"""Data on the nodes: pushed, looked at, removed."""

"""Nodes: the pane, one node in full, and their rows."""

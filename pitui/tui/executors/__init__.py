"""Executors: the pane and its rows."""

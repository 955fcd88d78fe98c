"""Benchmarks: whether they fit, their data on every node, their runs recorded and watched."""

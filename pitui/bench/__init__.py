"""Benchmarks: what they are, and the record of their runs."""

"""Benchmarks: the runs, one in pictures, several side by side."""

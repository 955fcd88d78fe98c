"""Recorded runs as one page with charts, as a table, as JSON."""

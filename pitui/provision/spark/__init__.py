"""Spark on a node: archive, folders, settings, and the daemons that run."""

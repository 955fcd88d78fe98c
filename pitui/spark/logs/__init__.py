"""Logs on nodes: found, followed, cut into lines, searched."""

"""Polling the cluster, and the snapshot that comes of it."""

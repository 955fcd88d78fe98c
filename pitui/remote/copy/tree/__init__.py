"""Folders, and several files at once, to nodes: only what differs, and replaced whole."""

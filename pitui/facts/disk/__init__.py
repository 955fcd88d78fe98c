"""Folders on a node: what they are, and what was left behind in them."""

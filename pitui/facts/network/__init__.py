"""A node's names, addresses and links."""

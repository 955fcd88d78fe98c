"""SSH: the way to each node, keys, host keys, and connections kept open."""

"""A node's health: the shell text that is asked, and the figures in its answers."""

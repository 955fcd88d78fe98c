"""Everything on one node as lines of the screen, a part a file."""

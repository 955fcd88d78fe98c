"""One who changes a node at a time, and nobody while pitui is read-only."""

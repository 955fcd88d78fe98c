"""Which Java and Python a node has."""

"""Files on nodes and how they are changed."""

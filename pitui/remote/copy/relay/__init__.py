"""One file to many nodes, which pass it on to each other."""

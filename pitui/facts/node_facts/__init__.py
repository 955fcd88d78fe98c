"""All that the checks want to know of a node, asked for by one command."""

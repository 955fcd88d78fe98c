"""The Data screen: which nodes have what is under `data:`."""

"""A report of a bug without names, addresses and secrets."""

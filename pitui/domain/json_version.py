"""The number that every JSON document of ours carries."""

SCHEMA = 1

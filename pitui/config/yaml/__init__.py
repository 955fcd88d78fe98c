"""YAML text as a tree that knows its lines."""

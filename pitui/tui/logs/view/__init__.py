"""The lines that are drawn."""

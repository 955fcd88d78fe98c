"""The lines that are kept."""

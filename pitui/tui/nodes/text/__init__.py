"""One node in full, as lines; a part a file."""

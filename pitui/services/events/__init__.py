"""The timeline of what happened, and its file."""

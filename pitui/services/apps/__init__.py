"""Applications from the inside: details, failures, history, kill."""

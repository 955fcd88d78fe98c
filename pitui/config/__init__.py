"""The configuration: its typed model, loading it, and where files are."""

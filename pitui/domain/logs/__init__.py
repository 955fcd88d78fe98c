"""Lines of logs, where they come from, and which of them are shown."""

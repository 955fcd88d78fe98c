"""The widget that draws log lines."""

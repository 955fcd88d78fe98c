"""The Logs pane."""

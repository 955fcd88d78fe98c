"""The dialogs of the Logs pane."""

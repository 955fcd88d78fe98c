"""The pane of logs."""

"""The questions of the pane of logs."""

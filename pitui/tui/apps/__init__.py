"""Applications: the Jobs pane, and the drill-down into jobs, stages and tasks."""

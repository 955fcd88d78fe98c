"""The drill-down levels of an application: jobs, queries, stages, tasks."""

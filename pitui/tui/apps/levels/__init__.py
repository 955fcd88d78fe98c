"""The levels inside an application: jobs, queries, stages, tasks."""

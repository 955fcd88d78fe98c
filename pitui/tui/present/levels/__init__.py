"""The levels inside an application, each as rows of a table: jobs, queries, stages, tasks."""

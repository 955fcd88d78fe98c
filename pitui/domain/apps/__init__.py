"""What an application is made of, and how it goes: jobs, stages, tasks, executors, runs."""

"""The only place that opens connections: SSH, local processes, HTTP."""

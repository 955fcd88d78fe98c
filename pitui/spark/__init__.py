"""What Spark is: its endpoints, daemons, commands and log lines as domain values."""

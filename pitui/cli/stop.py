"""`pitui stop`."""

from pitui.cli.daemons import daemon_command

command = daemon_command(
    "stop",
    "Stop the master, workers, or all (the default).\n\n"
    "Returns when each process has ended; applications lose the executors there.",
)

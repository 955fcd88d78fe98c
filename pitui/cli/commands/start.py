"""`pitui start`."""

from pitui.cli.daemon_command import daemon_command

command = daemon_command(
    "start",
    (
        "Start the master, workers, or all (the default).\n\nReturns when the master lists "
        "each worker as ALIVE, or says why a worker is missing."
    ),
)

"""`pitui restart`."""

from pitui.cli.daemon_command import daemon_command

command = daemon_command(
    "restart",
    "Stop and start the master, workers, or all (the default).\n\n"
    "Applications lose the executors there. Returns as stop and start do.",
)

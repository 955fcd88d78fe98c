"""A shell on a node, in place of the UI until it ends."""

import asyncio
import os

from textual.app import App, SuspendNotSupported

from pitui.config.model import Node
from pitui.remote.ssh.config.ssh_files import quoted_word
from pitui.tui.terminal.suspend import handed_over


def shell_command(node: Node) -> list[str]:
    """Return the command line, as words, of a shell on a node: ssh, or $SHELL on this machine."""
    if node.local:
        return [os.environ.get("SHELL") or "/bin/sh"]
    words = ["ssh"]
    if node.known_hosts is not None:
        # ssh splits it at blanks and expands its tokens.
        file = quoted_word(str(node.known_hosts).replace("%", "%%"))
        words += ["-o", f"UserKnownHostsFile={file}"]
    words += ["-o", f"ConnectTimeout={max(1, round(node.connect_timeout))}"]
    if node.port is not None:
        words += ["-p", str(node.port)]
    if node.identity is not None:
        words += ["-i", str(node.identity)]
    if node.user is not None:
        words += ["-l", node.user]
    return [*words, "--", node.host]


async def run_shell(app: App[object], node: Node) -> str:
    """Hand the terminal to a shell until it ends.

    Returns:
        What was wrong, in words; empty where nothing was.
    """
    command = shell_command(node)
    try:
        with handed_over(app):
            process = await asyncio.create_subprocess_exec(*command)
            status = await process.wait()
    except SuspendNotSupported:
        return "a shell cannot run in this terminal"
    except OSError as error:
        return f"cannot start {command[0]}: {error.strerror}"
    if status == 255 and not node.local:
        return f"ssh could not reach {node.name}; press Enter on the node for details"
    return ""

"""The SSH servers of a demonstration: `python -m pitui.demo.ssh_servers DIR [NODE...]`.

One process a node, all forked from this one, so that each can be killed, frozen and started again
by itself while asyncssh is in memory once. They are no part of pitui's own process: a busy UI does
not stall them.
"""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

from pitui.demo import running_demos
from pitui.demo.cluster_plan import DemoNode, Plan, read_plan
from pitui.demo.keys import make_keys
from pitui.demo.node_ssh_server import serve

READY = "ready"
"""What is printed once every node's server listens."""


def main() -> None:
    """Serve the named nodes of the demonstration in a folder, or all of them."""
    parser = argparse.ArgumentParser(prog="pitui.demo.ssh_servers")
    parser.add_argument("folder", type=Path)
    parser.add_argument("nodes", nargs="*")
    parser.add_argument("--lifeline", type=int, help="a descriptor; its end of file ends all")
    arguments = parser.parse_args()
    plan = read_plan(arguments.folder)
    make_keys(plan)
    nodes = [node for node in plan.workers if node.name in (arguments.nodes or [node.name])]
    reading, writing = os.pipe()
    lifeline = arguments.lifeline
    held: int | None = None
    if lifeline is None and running_demos.lives(plan.path):
        lifeline, held = os.pipe()
    children = [_fork(plan, node, writing, lifeline, held) for node in nodes]
    os.close(writing)
    if held is not None:
        Thread(target=_hold, args=(plan.path, held), daemon=True).start()
    _pass_signals_on(children)
    with os.fdopen(reading, "rb") as pipe:
        up = len(pipe.read())
    if up == len(nodes):
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
    else:
        _tell(children, signal.SIGTERM)
    for child in children:
        os.waitpid(child, 0)
    sys.exit(0 if up == len(nodes) else 1)


def _fork(plan: Plan, node: DemoNode, ready: int, lifeline: int | None, held: int | None) -> int:
    """Start a node's server and return its process id; each writes a byte to `ready`."""
    child = os.fork()
    if child:
        return child
    if held is not None:
        os.close(held)  # or the end of file would never come

    def listening() -> None:
        os.write(ready, b"+")
        os.close(ready)

    try:
        asyncio.run(serve(plan, node, listening, lifeline))
    except OSError as error:
        sys.exit(f"{node.name}, {node.address} port {node.ssh_port}: {error}")
    sys.exit(0)


def _hold(folder: Path, lifeline: int) -> None:
    """Keep a lifeline until the demonstration has ended: a server started by hand goes with it."""
    running_demos.wait_for_end(folder)
    os.close(lifeline)


def _pass_signals_on(children: list[int]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: _tell(children, signal.SIGTERM))


def _tell(children: list[int], number: int) -> None:
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, number)


if __name__ == "__main__":
    main()

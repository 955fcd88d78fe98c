"""One command on many nodes, and their health: pitui against asyncssh, ssh, clush and pssh.

    python benchmarks/fanout.py [--nodes 64] [--rounds 9] [--cold-rounds 3]

Every node is a real sshd on loopback, so that the nodes' own work is in all seconds too (as root,
each has processes of its own, as a machine has). Over links that are open: pitui's runner, asyncssh
without anything around it, and one `ssh` a node over a ControlMaster that is up. Cold, as whole
processes: `pitui exec`, clush and pssh; on a busy machine their 64 processes get more of the CPU
than one. `health` is one answer of every node to pitui's health script. Prints one JSON object:
median seconds, CPU seconds of this side, pitui's seconds as ratios, and the targets for 64 nodes
(each is an upper bound).
"""

import argparse
import asyncio
import getpass
import json
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import asyncssh
from support.nodes import node
from support.sshd import Server, SshServers, servers

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.facts.health.reader import HealthReader
from pitui.facts.health.script import QUESTION, health_command
from pitui.remote.fanout import fan_out
from pitui.remote.prompts import NonInteractive
from pitui.remote.runner import RemoteProcess, Result
from pitui.remote.ssh.connection_pool import ConnectionPool

COMMAND = "echo ok"
LIMIT = 60.0
TARGETS = {
    "pitui / asyncssh_sh": 1.15,
    "pitui / asyncssh": 1.15,
    "pitui / control_master": 0.5,
    "pitui_exec / clush": 0.4,
    "pitui_exec / pssh": 0.4,
    "health_seconds": 0.05,
}


class Times:
    """Seconds and CPU seconds of this side, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}

    async def take(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        used, begun = _cpu(), time.perf_counter()
        await work()
        self.seconds.setdefault(name, []).append(time.perf_counter() - begun)
        self.cpu.setdefault(name, []).append(_cpu() - used)

    def median(self, name: str) -> float | None:
        return statistics.median(self.seconds[name]) if name in self.seconds else None


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--cold-rounds", type=int, default=3)
    options = parser.parse_args()
    times = Times()
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as ssh_servers:
        there = [_server(ssh_servers) for _ in range(options.nodes)]
        far = Far(Path(name), there, ssh_servers.client_key)
        asyncio.run(_warm(far, times, options.rounds))
        missing = asyncio.run(_cold(far, times, options.cold_rounds))
    print(json.dumps(_report(options.nodes, times, missing), indent=2))


def _server(ssh_servers: SshServers) -> Server:
    """Start a server which sees only its own processes, as one on a machine of its own does."""
    server = ssh_servers.server(start=False)
    if os.geteuid() == 0 and shutil.which("unshare"):
        server.within = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
    server.start()
    return server


class Far:
    """How each program reaches the servers."""

    def __init__(self, folder: Path, there: list[Server], key: Path) -> None:
        self.folder = folder
        self.there = there
        self.key = key
        self.known = folder / "known_hosts"
        self.known.write_text("".join(server.known_line() for server in there))
        self.ssh_config = folder / "ssh_config"
        self.ssh_config.write_text(
            f"IdentityFile {key}\nUserKnownHostsFile {self.known}\nStrictHostKeyChecking yes\n"
            "BatchMode yes\nLogLevel ERROR\n"
            + "".join(
                f"Host pi{n}\n  HostName {s.address}\n  Port {s.port}\n" for n, s in self.named()
            )
        )
        self.config = folder / "config.yaml"
        self.config.write_text(
            "cluster: {name: fanout, master: pi0}\n"
            f"ssh: {{identity: {key}, known_hosts: {self.known}}}\nnodes:\n"
            + "".join(f"  pi{n}: {{host: {s.address}, port: {s.port}}}\n" for n, s in self.named())
        )

    def named(self) -> list[tuple[int, Server]]:
        return list(enumerate(self.there))

    @property
    def names(self) -> list[str]:
        return [f"pi{n}" for n, _ in self.named()]


async def _warm(far: Far, times: Times, rounds: int) -> None:
    nodes = [
        node(f"pi{n}", s.address, s.port, identity=far.key, known_hosts=far.known)
        for n, s in far.named()
    ]
    connections = ConnectionPool(nodes, NonInteractive())
    async with AsyncExitStack() as stack:
        stack.push_async_callback(connections.aclose)
        await fan_out(far.names, connections.connect)
        bare = [
            await stack.enter_async_context(
                asyncssh.connect(
                    s.address,
                    s.port,
                    config=None,
                    client_keys=[far.key],
                    known_hosts=str(far.known),
                    agent_path=None,
                )
            )
            for s in far.there
        ]
        masters = _control_masters(far)
        stack.callback(_end, masters)
        asking = await _conversations(far, connections, stack)

        async def ours() -> None:
            found = await fan_out(far.names, lambda name: connections.runner(name).run(COMMAND), 64)
            _expect([r.stdout if isinstance(r, Result) else str(r) for r in found.values()])

        async def theirs(command: str) -> None:
            found = await asyncio.gather(*(one.run(command) for one in bare))
            _expect([str(result.stdout) for result in found])

        loop = " ".join(f"{_over_master(far, name)} {COMMAND} &" for name in far.names) + " wait"

        async def health() -> None:
            async with TaskGroup() as group:
                for one in asking:
                    group.create_task(one.ask())

        for _ in range(rounds):
            await times.take("pitui", ours)
            await times.take("asyncssh", partial(theirs, COMMAND))
            await times.take("asyncssh_sh", partial(theirs, f"exec sh -c {shlex.quote(COMMAND)}"))
            await times.take("control_master", lambda: _run("sh", "-c", loop))
        # One answer in five says more than the others, and so do those after a command.
        for _ in range(5 * rounds):
            await times.take("health", health)


class _Asking:
    """A node's health script, open."""

    def __init__(self, process: RemoteProcess) -> None:
        self._process = process
        self._blocks = process.blocks()
        self._reader = HealthReader()

    async def ask(self) -> None:
        await self._process.write(QUESTION)
        async for block in self._blocks:
            if self._reader.feed(block):
                return


async def _conversations(
    far: Far, connections: ConnectionPool, stack: AsyncExitStack
) -> list[_Asking]:
    asking = []
    for name in far.names:
        opened = connections.runner(name).open(health_command("/opt/spark"), stdin=True)
        asking.append(_Asking(await stack.enter_async_context(opened)))
    return asking


def _over_master(far: Far, name: str) -> str:
    return f"ssh -F {far.ssh_config} -S {far.folder}/{name}.sock {name}"


def _control_masters(far: Far) -> list[subprocess.Popen[bytes]]:
    masters = []
    for name in far.names:
        socket = far.folder / f"{name}.sock"
        words = ["ssh", "-F", far.ssh_config, "-M", "-N", "-S", socket, name]
        masters.append(subprocess.Popen(words, stdin=subprocess.DEVNULL))
        deadline = time.monotonic() + LIMIT
        while not socket.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
    return masters


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(LIMIT)


async def _cold(far: Far, times: Times, rounds: int) -> dict[str, str]:
    """Measure whole processes; returns which are missing, and their package."""
    count, user = str(len(far.there)), getpass.getuser()
    hosts = far.folder / "hosts"
    hosts.write_text("".join(f"{name}\n" for name in far.names))
    works = {
        "pitui_exec": [
            sys.executable, "-m", "pitui", "--config", str(far.config), "exec", "--", COMMAND
        ],
        "clush": [
            "clush", "-f", count, "-l", user, "-o", f"-F {far.ssh_config}",
            "-w", ",".join(far.names), *shlex.split(COMMAND),
        ],
        "pssh": [
            "parallel-ssh", "-i", "-p", count, "-l", user, "-x", f"-F {far.ssh_config}",
            "-h", str(hosts), COMMAND,
        ],
    }  # fmt: skip
    packages = {"clush": "clustershell", "pssh": "pssh"}
    missing = {
        name: f"there is no {words[0]}: install {packages[name]}"
        for name, words in works.items()
        if shutil.which(words[0]) is None
    }
    for _ in range(rounds):
        for name in works.keys() - missing:
            words = works[name]
            await times.take(name, lambda words=words: _run(*words))  # type: ignore[misc]
    return missing


async def _run(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(LIMIT):
        output, _ = await process.communicate()
    if process.returncode != 0 or b"ok" not in output:
        raise RuntimeError(f"{words[0]}: exit status {process.returncode}: {output[-500:]!r}")


def _expect(outputs: list[str]) -> None:
    if wrong := [text for text in outputs if text != "ok\n"]:
        raise RuntimeError(f"{len(wrong)} nodes did not answer: {wrong[0]}")


def _report(nodes: int, times: Times, missing: dict[str, str]) -> dict[str, object]:
    ratios = {}
    for pair in TARGETS:
        ours, _, theirs = pair.partition(" / ")
        above, below = times.median(ours), times.median(theirs)
        if above is not None and below is not None:
            ratios[pair] = round(above / below, 2)
    return {
        "nodes": nodes,
        "seconds": {name: round(times.median(name) or 0, 4) for name in times.seconds},
        "cpu_seconds": {name: round(statistics.median(v), 4) for name, v in times.cpu.items()},
        "ratios": ratios,
        "health_seconds": round(times.median("health") or 0, 4),
        "targets": TARGETS,
        "missing": missing,
        "load": [round(one, 1) for one in os.getloadavg()],
    }


if __name__ == "__main__":
    main()

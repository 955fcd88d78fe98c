"""Nodes that only seem to be there: one SSH server at many loopback addresses, and a master's page.

    python benchmarks/simulated_nodes.py NODES APPLICATIONS FOLDER

Every address answers health questions as a node with a worker does, with other figures each time,
and what the checks ask with the answer in `FOLDER/facts.txt`, where there is one, after as long as
it took; other commands find nothing. Writes `config.yaml` and `known_hosts` into the folder, prints
`ready`, and ends with its standard input. It is a process of its own, so that what it takes does
not count as pitui's.
"""

import asyncio
import json
import re
import socket
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import asyncssh

RUNNING = 8
"""Applications that run."""
NOW = 1_800_000_000
_BEGIN = re.compile(rb"set -- ([0-9a-f]{12}) ([0-9a-f]{12})\$\$\+".decode())
_CLOCKS = re.compile(r"^(?:begin|end) (\d+\.\d+)$", re.MULTILINE)
_OWN = (
    re.compile(r"^hostname (\S+)", re.MULTILINE),
    re.compile(r"^addr .* inet (\S+)/\d+ .*scope global", re.MULTILINE),
)
"""What differs from node to node."""
_JAVA = "/usr/bin/java\t-cp\t/opt/spark/conf/:/opt/spark/jars/*\t-Xmx256m"


def address(n: int) -> str:
    """Return the address of a node."""
    return f"127.1.{n // 250}.{n % 250 + 1}"


def master_json(hosts: list[str], apps: int, tick: int, *, every: bool) -> bytes:
    """Return what a master says; `every` changes all applications, not just those that run."""
    running = min(RUNNING, apps // 2)
    rows = [_application(n, apps, tick, n < running, every=every) for n in range(apps)]
    return json.dumps({
        "url": "spark://n0000:7077", "status": "ALIVE",
        "workers": [_worker(host, tick) for host in hosts],
        "activeapps": rows[:running], "completedapps": rows[running:],
    }).encode()  # fmt: skip


def _application(n: int, apps: int, tick: int, running: bool, *, every: bool) -> dict[str, Any]:
    lasts = 60 + n % 100 + (tick if running or every else 0)
    return {
        "id": f"app-20270115080000-{apps - n:05}", "name": f"job {n}", "user": "pi",
        "cores": 4 if running else 0, "memoryperexecutor": 512, "duration": lasts * 1000,
        "starttime": (NOW - n) * 1000, "state": "RUNNING" if running else "FINISHED",
    }  # fmt: skip


def _worker(host: str, tick: int) -> dict[str, Any]:
    return {
        "id": f"worker-20270115080000-{host}-40000", "host": host, "port": 40000, "cores": 4,
        "webuiaddress": f"http://{host}:8081", "coresused": tick % 5, "memory": 700,
        "memoryused": 100 + tick % 500, "state": "ALIVE", "lastheartbeat": (NOW + tick) * 1000,
    }  # fmt: skip


def health_answer(n: int, tick: int) -> str:
    """Return one answer of `pitui.facts.health.script` on a node; the first says more."""
    ticks = tick * 100
    role = "worker.Worker" if n else "master.Master"
    answer = f"""cpu  {tick * (10 + n % 50)} 0 0 {ticks} 0 0 0 0 0 0
mem MemTotal: 927744
mem MemAvailable: {400000 + (n + tick) % 500 * 1000}
load {(n + tick) % 40 / 10} 0.5 0.5 1/200 999
up {93784 + tick}.5 1000
temp {40000 + (n + tick) % 30 * 100}
throttled 0
net eth0: {tick * 5000} 50 0 0 0 0 0 0 {tick * 3000} 40 0 0 0 0 0 0
io mmcblk0 100 0 {tick * 80} 0 100 0 {tick * 40} 0 0 0 0
proc 400 (java) S 1 400 400 0 -1 4194560 38473 0 6 16 4 60 8 5 20 0 29 0 1550713 34905 41883
"""
    if tick == 0:
        answer += f"""clock {NOW}
disk /dev/root 30000000 9000000 21000000 30% /
boot boot-{n}
cores 4
real /opt/spark
args 400 {_JAVA}\torg.apache.spark.deploy.{role}\t--webui-port\t8081
user 400 pi
log 400 /opt/spark/logs/spark.out
"""
    return answer + "end\n"


class Facts:
    """The answer of one real node to what the checks ask, given as each node's."""

    def __init__(self, text: str) -> None:
        self._text = text
        begin, end = (float(found[1]) for found in _CLOCKS.finditer(text))
        self._took = end - begin
        self._owns = [found[1] for own in _OWN if (found := own.search(text))]

    async def answer(self, number: int) -> str:
        """Return the answer of a node, after the time that it took."""
        begin = time.time()
        await asyncio.sleep(self._took)
        clocks = iter((begin, time.time()))
        text = _CLOCKS.sub(lambda found: f"{found[0].split()[0]} {next(clocks):.9f}", self._text)
        for own, other in zip(self._owns, (f"n{number:04}", address(number)), strict=True):
            text = re.sub(rf"\b{re.escape(own)}\b", other, text)
        return text


async def answer_command(
    process: asyncssh.SSHServerProcess[str], numbers: dict[str, int], facts: Facts | None
) -> None:
    """Do as a login shell does that runs the command of `pitui.remote.output_frame`."""
    command = process.command or ""
    here = process.get_extra_info("sockname")[0]
    if (marks := _BEGIN.search(command)) is None:
        process.exit(0)
        return
    process.stderr.write(f"{marks[1]}{marks[2]}4000+2")
    process.stdout.write(f"{marks[1]}{marks[2]}4000+1")
    if "while read -r question" in command:
        ticks = count()
        with suppress(asyncssh.SignalReceived):  # so it is ended
            async for _question in process.stdin:
                process.stdout.write(health_answer(numbers[here], next(ticks)))
    elif facts is not None and 'echo "begin $(date' in command:
        process.stdout.write(await facts.answer(numbers[here]))
    elif "ip -o addr" in command:
        process.stdout.write(f"name n{numbers[here]:04}\n")
    process.exit(0)


async def answer_http(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, bodies: "list[bytes]"
) -> None:
    """Answer a GET as a master does: its JSON, its page, and nothing of applications' drivers."""
    try:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            path = line.split()[1].decode()
            found = path.startswith("/json") or path == "/"
            body = bodies[int(time.monotonic()) % len(bodies)] if path.startswith("/json") else b""
            status = "200 OK" if found else "404 Not Found"
            head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def configuration(nodes: int, port: int, http_port: int, folder: Path) -> str:
    """Return the configuration of the nodes; the first one's master is asked at `http_port`."""
    rows = "".join(f"  n{n:04}: {{host: {address(n)}}}\n" for n in range(nodes))
    return (
        "cluster: {name: scale, master: n0000}\n"
        f"ssh: {{user: pi, port: {port}, known_hosts: {folder / 'known_hosts'}}}\n"
        f"spark: {{master: {{host: n0000, webui_port: {http_port}}}}}\nnodes:\n{rows}"
    )


def free_port() -> int:
    """Return a port that is free at the first address."""
    with socket.socket() as taken:
        taken.bind((address(0), 0))
        return int(taken.getsockname()[1])


class _OpenServer(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:  # noqa: ARG002
        """Let everybody in without a key."""
        return False


async def serve(nodes: int, apps: int, folder: Path) -> None:
    """Answer until standard input ends."""
    numbers = {address(n): n for n in range(nodes)}
    recorded = folder / "facts.txt"
    facts = Facts(recorded.read_text()) if recorded.exists() else None
    key = asyncssh.generate_private_key("ssh-ed25519")
    port, http_port = free_port(), free_port()
    workers = [address(n) for n in range(1, nodes)]
    bodies = [master_json(workers, apps, tick, every=False) for tick in range(8)]
    for host in numbers:
        await asyncssh.listen(
            host, port, server_factory=_OpenServer, server_host_keys=[key],
            process_factory=lambda process: answer_command(process, numbers, facts),
        )  # fmt: skip
    await asyncio.start_server(
        lambda reader, writer: answer_http(reader, writer, bodies), address(0), http_port
    )
    public = key.export_public_key().decode()
    lines = "".join(f"[{host}]:{port} {public}" for host in numbers)
    (folder / "known_hosts").write_text(lines)
    (folder / "config.yaml").write_text(configuration(nodes, port, http_port, folder))
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))

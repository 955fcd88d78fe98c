"""`pitui doctor` on many nodes: all checks, from nothing connected to the report.

    python benchmarks/doctor.py [--nodes 1,16,64] [--rounds 3] [--simulated]

Every node is a real sshd on loopback that runs the real commands (as root, each with processes of
its own), and the master's page lists a worker on each, so that every node tries to connect to every
other. All nodes' own work is on this machine, which `seconds` has in it; `cpu` is what pitui itself
took, and `node` the longest time that one node needed for its answer. On machines of their own the
nodes work side by side: `apart` is `cpu` and the answer of a node that is alone. Prints one JSON
object; the targets (each an upper bound, in seconds) hold for `seconds` where this machine is fast
enough for all nodes, else for `apart`.

With `--simulated` one SSH server (`simulated_nodes.py`, a process of its own) stands at all
addresses and gives this machine's answer as each node's, after as long as it took here: then
`seconds` is what a person waits for nodes that are machines of their own.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.sshd import Server, SshServers, servers

from pitui.config.load import load_config
from pitui.doctor.check import Reads
from pitui.doctor.registry import CHECKS
from pitui.doctor.symptoms.known_errors import LOG_WORDS
from pitui.facts.node_facts.script import NodeQuestion, node_facts_command
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.doctor.finding_store import FindingStore
from pitui.services.doctor.gather_evidence import gather_evidence
from pitui.services.doctor.run_checks import run_checks

TARGETS = {16: 10.0, 64: 20.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", default="1,16,64")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--simulated", action="store_true")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    for count in map(int, options.nodes.split(",")):
        with tempfile.TemporaryDirectory() as name, servers(Path(name)) as ssh_servers:
            os.environ["XDG_STATE_HOME"] = os.environ["XDG_DATA_HOME"] = name
            if options.simulated:
                with _simulated(Path(name), count) as config:
                    found[str(count)] = asyncio.run(_measured(config, options.rounds))
                continue
            there = [_sshd(ssh_servers) for _ in range(count)]
            with _master_page(there) as port:
                config = _configuration(Path(name), there, ssh_servers.client_key, port)
                found[str(count)] = asyncio.run(_measured(config, options.rounds))
    alone = found.get("1", {}).get("node", 0.0)
    for count, row in found.items():
        row["apart"] = round(row["cpu"] + alone, 2)
        target = TARGETS.get(int(count))
        if target is not None:
            row["target"], row["good"] = target, min(row["seconds"], row["apart"]) <= target
    print(json.dumps(found, indent=2))


@contextmanager
def _simulated(folder: Path, count: int) -> Iterator[Path]:
    """Start one server for all nodes; give the configuration."""
    question = NodeQuestion(
        "/opt/spark",
        targets=tuple(("127.0.0.1", port) for port in range(1, count)),
        log_words=LOG_WORDS,
        log_daemons=(("worker", "deploy.worker.Worker", 15),),
    )
    asked = ["sh", "-c", node_facts_command(question)]
    answer = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True)
    (folder / "facts.txt").write_text(answer.stdout)
    command = [sys.executable, str(Path(__file__).with_name("simulated_nodes.py"))]
    with subprocess.Popen(
        [*command, str(count), "10", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield folder / "config.yaml"
        server.communicate()


def _sshd(ssh_servers: SshServers) -> Server:
    server = ssh_servers.server(start=False)
    if os.geteuid() == 0 and shutil.which("unshare"):
        server.within = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
    server.start()
    return server


@contextmanager
def _master_page(there: list[Server]) -> Iterator[int]:
    """Serve a master that lists a worker at each address; its port is that of the node's sshd."""
    workers = [
        {
            "id": f"worker-{n}", "host": one.address, "port": one.port, "cores": 4, "coresused": 0,
            "webuiaddress": f"http://{one.address}:8081", "memory": 700, "memoryused": 0,
            "state": "ALIVE", "lastheartbeat": int(time.time() * 1000),
        }
        for n, one in enumerate(there)
    ]  # fmt: skip
    url = f"spark://{there[0].address}:{there[0].port}"
    body = json.dumps({"url": url, "status": "ALIVE", "workers": workers}).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer((there[0].address, 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _configuration(folder: Path, there: list[Server], key: Path, port: int) -> Path:
    known = folder / "known_hosts"
    known.write_text("".join(server.known_line() for server in there))
    rows = (f"  pi{n}: {{host: {s.address}, port: {s.port}}}\n" for n, s in enumerate(there))
    path = folder / "config.yaml"
    path.write_text(
        "cluster: {name: many, master: pi0}\n"
        f"ssh: {{identity: {key}, known_hosts: {known}, sudo: none}}\n"
        f"spark: {{master: {{host: {there[0].address}, webui_port: {port}}}}}\n"
        f"nodes:\n{''.join(rows)}"
    )
    return path


async def _measured(path: Path, rounds: int) -> dict[str, float]:
    seconds, cpu, node = [], [], []
    for _ in range(rounds):
        used, begun = _own_cpu(), time.perf_counter()
        async with open_cluster(load_config(path), NonInteractive()) as cluster:
            store = FindingStore("many", path.with_name("doctor.db"))
            done = await run_checks(cluster, CHECKS, say=lambda _text: None, store=store)
            late = [one.reason for one in done.report.skipped if "did not" in one.reason]
            if late:
                sys.exit(f"this machine is too busy for so many nodes: {late[0]}")
        seconds.append(time.perf_counter() - begun)
        cpu.append(_own_cpu() - used)
    async with open_cluster(load_config(path), NonInteractive()) as cluster:
        evidence = await gather_evidence(
            cluster, [*cluster.nodes], {Reads.NODES}, say=lambda _text: None
        )
        if evidence.silent:
            sys.exit(f"this machine is too busy for so many nodes: {evidence.silent}")
        node = [facts.clocks[1] - facts.clocks[0] for facts in evidence.facts.values()]
    return {
        "seconds": round(statistics.median(seconds), 2),
        "cpu": round(statistics.median(cpu), 2),
        "node": round(max(node), 2),
    }


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()

"""A master's page that hangs, lies, drips or drowns: said in words, nothing waits, and it ends."""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import pytest
from remote.conftest import until
from support.http import serving

from pitui.config.model import Config
from pitui.domain.cluster import MasterState
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import WebError
from pitui.remote.http import request
from pitui.remote.prompts import NonInteractive
from pitui.services.clients.master import MasterStartingError
from pitui.services.cluster import open_cluster
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.monitor.executor_losses import read_deaths

LIMIT = 120.0
"""Longer than the longest rest that a master gets which was slow to answer."""
GOOD = (Path(__file__).parents[1] / "captures" / "master" / "app-running.json").read_bytes()
STARTING = (
    Path(__file__).parents[1] / "captures" / "master" / "unknown-path-is-200-html.html"
).read_bytes()
DIED = b"<tr><td>0</td><td>worker-1</td><td>1</td><td>512</td><td>EXITED</td><td></td></tr>"
WATCHED = """
import sys
sys.path.insert(0, sys.argv[1])
from support.http import Service
service = Service("127.0.0.1")
service.answers["/json/"] = open(sys.argv[2], "rb").read()
print(service.port, flush=True)
service.serve_forever()
"""

Serve = Callable[[socket.socket], None]


def answer(body: bytes, *, status: str = "200 OK", head: str = "") -> Serve:
    def serve(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{head}"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            + body
        )

    return serve


def drip(peer: socket.socket) -> None:
    """One byte at a time, for as long as somebody listens."""
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    ended = threading.Event()
    while not ended.wait(0.1):
        peer.sendall(b" ")


def silent(peer: socket.socket) -> None:
    while peer.recv(65536):
        pass


def drown(peer: socket.socket) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
    for _ in range(100):
        peer.sendall(b"[" * 1024 * 1024)


TOLD: dict[str, Serve] = {
    "HTML": answer(b"<html><body>Welcome to nginx!</body></html>"),
    "half a JSON": answer(GOOD[: len(GOOD) // 2]),
    "a redirect": answer(b"", status="302 Found", head="Location: http://127.0.0.1:1/x\r\n"),
    "100 MB": drown,
    "one byte at a time": drip,
    "no answer": silent,
    "nonsense": answer(b"\x00\xff" * 500, head="Content-Encoding: gzip\r\n"),
}


@contextmanager
def master(serve: list[Serve]) -> Iterator[int]:
    """A server that does with each connection what stands first in a list."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def one(peer: socket.socket) -> None:
            with peer, suppress(OSError):
                serve[0](peer)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)


def config(port: int) -> Config:
    text = {
        "cluster": {"name": "test", "master": "nuc"},
        "spark": {"home": "/nowhere", "master": {"host": "127.0.0.1", "webui_port": port}},
        "nodes": {"nuc": {"host": "local"}},
        "ui": {"refresh": 0.2},
    }
    return msgspec.convert(text, Config)


@pytest.mark.parametrize("how", TOLD)
async def test_a_master_that_does_not_answer_as_one_is_said_and_recovers(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Five minutes: nothing that Spark answers is cut before.
    monkeypatch.setattr(request, "ANSWER_LIMIT", 7.0)
    serve = [TOLD[how]]
    with master(serve) as port:
        async with open_cluster(config(port), NonInteractive()) as cluster:
            monitor = ClusterMonitor(cluster)
            async with TaskGroup() as group:
                watching = group.create_task(monitor.run())
                await until(lambda: bool(monitor.snapshot.master.error), LIMIT, "it is said")
                assert monitor.snapshot.master.state is not MasterState.ALIVE
                # The node is asked all the while, and answers.
                await until(
                    lambda: monitor.snapshot.nodes[0].metrics is not None, LIMIT, "the node answers"
                )
                serve[0] = answer(GOOD)
                await until(
                    lambda: monitor.snapshot.master.state is MasterState.ALIVE, LIMIT, "it is back"
                )
                watching.cancel()


async def test_a_master_that_has_just_started_is_no_other_program() -> None:
    """For a moment it answers every path with its first page."""
    serve = [answer(STARTING)]
    with master(serve) as port:
        async with (
            open_cluster(config(port), NonInteractive()) as cluster,
            TaskGroup() as group,
        ):
            reading = group.create_task(cluster.spark_master.read())
            await asyncio.sleep(0.5)
            assert not reading.done()
            serve[0] = answer(GOOD)
            assert (await reading).state is MasterState.ALIVE


async def test_a_master_that_only_ever_shows_its_page_is_called_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pitui.services.clients.master._STARTS_WITHIN", 0.3)
    with master([answer(STARTING)]) as port:
        async with open_cluster(config(port), NonInteractive()) as cluster:
            with pytest.raises(MasterStartingError, match="it is starting"):
                await cluster.spark_master.read()


async def test_a_page_that_failed_is_asked_for_once_more() -> None:
    """Spark's pages meet what the master is changing: the next one is whole."""
    failed, page = answer(b"", status="500 Server Error"), answer(DIED)
    left = [failed, page]

    def serve(peer: socket.socket) -> None:
        now = left.pop(0) if left else failed
        now(peer)

    with master([serve]) as port:
        async with open_cluster(config(port), NonInteractive()) as cluster:
            dead = await read_deaths(cluster.spark_master, "app-1")
            assert [executor.id for executor in dead] == ["0"]
            for asked in (
                read_deaths(cluster.spark_master, "app-1"),
                cluster.spark_master.read(),
            ):
                with pytest.raises(WebError, match="the server failed with status 500") as failure:
                    await asked
                assert "`pitui logs master`" in failure.value.advice


async def test_a_frozen_master_is_said_and_comes_back(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_bytes(GOOD)
    tests = Path(__file__).parents[1]
    words = [sys.executable, "-c", WATCHED, str(tests), str(page)]
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        async with open_cluster(config(port), NonInteractive()) as cluster:
            monitor = ClusterMonitor(cluster)
            async with TaskGroup() as group:
                watching = group.create_task(monitor.run())

                def alive() -> bool:
                    return monitor.snapshot.master.state is MasterState.ALIVE

                await until(alive, LIMIT, "it answers")
                os.kill(process.pid, signal.SIGSTOP)
                await until(lambda: bool(monitor.snapshot.master.error), LIMIT, "it is said")
                os.kill(process.pid, signal.SIGCONT)
                await until(
                    lambda: alive() and not monitor.snapshot.master.error, LIMIT, "it is back"
                )
                watching.cancel()
    finally:
        process.kill()
        await process.wait()


async def test_ten_thousand_applications() -> None:
    page = msgspec.json.decode(GOOD)
    [running] = page["activeapps"]
    page["completedapps"] = [
        {**running, "id": f"app-20200101000000-{n:04}", "state": "FINISHED"} for n in range(10_000)
    ]
    with serving() as service:
        service.answers["/json/"] = msgspec.json.encode(page)
        async with open_cluster(config(service.port), NonInteractive()) as cluster:
            monitor = ClusterMonitor(cluster)
            async with TaskGroup() as group:
                watching = group.create_task(monitor.run())
                await until(
                    lambda: len(monitor.snapshot.applications) == 10_001, LIMIT, "all are there"
                )
                watching.cancel()

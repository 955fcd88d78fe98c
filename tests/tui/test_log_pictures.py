"""How the Logs pane looks, full, empty, loading, failed, filtered, folded, with its tree."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from support.looks import LARGE, SMALL, Looks
from support.plain_cluster import NOW, Still, StillLogs, ui, until
from textual.pilot import Pilot
from textual.widgets import Static

from pitui.domain.errors import PituiError
from pitui.domain.logs.log_line import Level, LogLine, LogSource
from pitui.domain.logs.log_tree import LogBranch, LogLeaf
from pitui.domain.snapshot import Snapshot
from pitui.spark.logs.line_parser import LineParser
from pitui.tui.logs import log_follow
from pitui.tui.logs.logs_pane import LogsPane


def source(name: str, path: str) -> LogSource:
    return LogSource(name, name.partition("/")[0], path, name)


TREE = (
    LogBranch(
        "nuc", "nuc:all",
        (LogLeaf("master", source("nuc", "/logs/master.out"), 1_234_567, NOW - 60),),
    ),
    LogBranch(
        "pi1", "pi1:all",
        (LogLeaf("worker", source("pi1", "/logs/worker.out"), 4_321, NOW - 3600),),
        (LogBranch("pi app-0003", "app-0003", (LogLeaf("stderr", source("app-0003/0", "/w")),)),),
        left_off=12,
    ),
    LogBranch("pi3", "pi3:all", (), error="pi3: no route to host"),
)  # fmt: skip


class GivenLogs(StillLogs):
    """The logs that there are, as the test says."""

    def __init__(self, still: Still, given: Sequence[LogLine] | PituiError) -> None:
        super().__init__(still)
        self.given = given
        self.saved: list[tuple[LogSource, Path]] = []
        self.branches: Sequence[LogBranch] | PituiError | None = TREE

    async def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        if isinstance(self.given, PituiError):
            raise self.given
        if self.given:
            yield list(self.given)
        await asyncio.Event().wait()

    async def tree(self, snapshot: Snapshot) -> Sequence[LogBranch]:
        if self.branches is None:
            await asyncio.Event().wait()
            raise AssertionError
        if isinstance(self.branches, PituiError):
            raise self.branches
        return self.branches

    async def save(
        self, source: LogSource, target: Path, progress: Callable[[int, int | None], None]
    ) -> int:
        progress(1024, 2048)
        self.saved.append((source, target))
        return 2048


def lines() -> list[LogLine]:
    """Return half an hour of a small cluster."""
    parsers = {tag: LineParser(tag) for tag in ("master", "workers")}
    found: list[LogLine] = []
    for n in range(240):
        tag = "workers" if n % 3 else "master"
        at = time.strftime("%y/%m/%d %H:%M:%S", time.gmtime(NOW - 1800 + n * 7))
        texts = [f"{at} INFO Worker: Asked to launch executor app-0003/{n} for pi"]
        if n > 200:
            texts = [f"{at} WARN TaskSchedulerImpl: Initial job has not accepted any resources"]
        if n % 60 == 50:
            texts = [
                f"{at} ERROR Executor: Exception in task {n}.0 in stage 3.0 (TID {n})",
                "java.io.IOException: No space left on device",
                *(f"\tat org.apache.spark.Shuffle.write(Shuffle.scala:{k})" for k in range(9)),
                "Caused by: java.nio.file.FileSystemException",
            ]
        found += parsers[tag].parse(texts)
    return found


class Logs(Still):
    """A cluster at rest with logs."""

    def __init__(self, given: Sequence[LogLine] | PituiError = ()) -> None:
        super().__init__()
        self.given = given
        self.logs = self.given_logs = GivenLogs(self, given)


@pytest.fixture(autouse=True)
def _never_quiet(stopped_clock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_follow, "QUIET_S", 3600.0)


def after(services: Logs, *keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def run(pilot: Pilot[None]) -> None:
        pane: LogsPane = pilot.app.main.logs
        await until(pilot, lambda: bool(pane.sources))
        if not isinstance(services.given, PituiError):
            await until(pilot, lambda: len(pane.view.store) == len(services.given))
        await pilot.press("2", "z")
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        await settled(pilot)

    return run


async def settled(pilot: Pilot[None]) -> None:
    pane: LogsPane = pilot.app.main.logs
    busy = {"find", "count", "tree", "layout", "copy", "taste"}

    def still() -> bool:
        working = {w.group for w in pilot.app.workers if not w.is_finished}
        asks = pilot.app.screen is not pilot.app.main  # then what asked waits for the answer
        return pane.view.layouter.settled and not working & busy - ({"copy"} if asks else set())

    await until(pilot, still, 30)
    pane.histogram.on_resize()  # it counts every half second only
    await pilot.pause()


COLOURED = [
    pytest.param(lines(), (), id="full"),
    pytest.param(lines(), ("L", "L", "C", "f", *"Exception"), id="filtered"),
    pytest.param(lines(), ("T", "r", "E", "t"), id="folded"),
    pytest.param(lines(), ("H", "E", "E", "m", "["), id="histogram-toggled"),
    pytest.param(lines(), ("/", *"task \\d+", "enter", "N", "v", "k", "k"), id="search-and-select"),
    pytest.param(lines(), ("s", "j", "j", "j", "j", "j", "j", "l", "space"), id="source-tree"),
]  # fmt: skip
PLAIN = [
    pytest.param((), (), id="loading"),
    pytest.param(PituiError("nuc: connection refused", "Is it on?"), (), id="failed"),
    pytest.param(
        [LogLine("workers", "pi3: no route to host", Level.ERROR, None, note=True)], (),
        id="node-away",
    ),
    pytest.param(lines(), ("f", *"nothing like it", "enter"), id="filtered-to-nothing"),
    pytest.param(lines(), ("w", "t", "t", "g"), id="wrapped"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "keys"), COLOURED)
def test_logs(looks: Looks, given: Sequence[LogLine], keys: tuple[str, ...]) -> None:
    services = Logs(given)
    looks(ui(services), after(services, *keys), picture=LARGE, settle=settled)


@pytest.mark.parametrize(("given", "keys"), PLAIN)
def test_rows_of_logs(
    looks: Looks, given: Sequence[LogLine] | PituiError, keys: tuple[str, ...]
) -> None:
    services = Logs(given)
    looks(ui(services), after(services, *keys), rows=(SMALL, LARGE), settle=settled)


def test_logs_that_say_nothing(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_follow, "QUIET_S", 0.05)
    services = Logs()

    async def quiet(pilot: Pilot[None]) -> None:
        await after(services)(pilot)
        view = pilot.app.main.logs.view
        await until(pilot, lambda: "no lines from" in view.render_line(1).text)

    looks(ui(services), quiet, rows=(SMALL, LARGE), settle=settled)


@pytest.mark.parametrize(
    "branches", [None, PituiError("the link is gone")], ids=["loading", "failed"]
)
def test_the_tree(looks: Looks, branches: PituiError | None) -> None:
    services = Logs(lines())
    services.given_logs.branches = branches

    async def opened(pilot: Pilot[None]) -> None:
        await after(services)(pilot)
        await pilot.press("s")
        waiting = "asking" if branches is None else "gone"
        await until(
            pilot, lambda: waiting in str(pilot.app.screen.query_one("#waiting", Static).render())
        )
        await pilot.pause()

    looks(ui(services), opened, rows=(SMALL, LARGE))


DIALOGS = [
    pytest.param(("s", "/", *"stderr"), id="tree-narrowed"),
    pytest.param(("E", "m", "E", "m", "M"), id="marks"),
    pytest.param(("@",), id="go-to"),
    pytest.param(("S",), id="save"),
]


@pytest.mark.parametrize("keys", DIALOGS)
def test_dialogs(looks: Looks, keys: tuple[str, ...]) -> None:
    services = Logs(lines())
    looks(ui(services), after(services, *keys), settle=settled)

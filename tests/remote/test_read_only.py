"""`--read-only` below the screen and the command line: nothing that changes a node goes there.

The gates above (the table of actions, the table of commands) are taken away here; what is left is
what refuses right before a command goes out.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from remote.conftest import until
from support.http import Service, serving
from support.plain_cluster import until as until_shown
from support.ssh_spark_homes import SshSparkHomes
from textual.pilot import Pilot

from pitui.cli import settings
from pitui.cli.command_table import COMMANDS
from pitui.cli.main import cli
from pitui.config.load import load_config
from pitui.domain.errors import ReadOnlyError
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import StepState
from pitui.provision.engine.provisioning import Provisioning
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.tui.app import PituiApp
from pitui.tui.apps.level_screen import LevelScreen
from pitui.tui.base.actions.action_screen import ActionScreen
from pitui.tui.base.actions.action_table import ACTIONS, Action, Scope
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.benchmarks.benchmarks_screen import BenchmarksScreen
from pitui.tui.data.data_screen import DataScreen
from pitui.tui.main.main_screen import MainScreen
from pitui.tui.nodes.node_screen import NodeScreen

LIMIT = 60.0
MASTER = Path(__file__).parents[1] / "captures" / "master" / "app-running.json"
APP = "app-20261121012113-0000"
DRIVER = "driver-20261121011724-0000"

# Each command, and whether it goes as far as to change something without the gate above it.
TRIED = {
    "events": False,
    "provision --plan": False,
    "status": False,
    "start workers": True,
    "stop": False,
    "restart workers": True,
    "logs pi1 -n 1": False,
    "doctor": False,
    "push": True,
    "push {source} {home}/pushed pi1": True,
    "data": False,
    "data --verify": False,
    "data --yes --remove {home}/data.csv": True,
    "submit -- {job}": True,
    "submit job": True,
    "jobs": False,
    f"jobs {APP}": False,
    f"compare {APP} {APP}": False,
    f"kill {APP}": True,
    f"kill {DRIVER}": False,
    "bench list": False,
    "bench run pi --force": True,
    "bench run linecount size=1m --force": True,
    "bench history": False,
    "bench compare a b": False,
    "bench baseline a": False,
    "bench report": False,
    "bench cancel a": False,
    f"threads {APP}/0": False,
    "disk": False,
    "disk --clean": False,
    "exec -- touch '{home}/changed'": True,
}
ELSEWHERE = {"init", "demo"}
"""Commands that concern no cluster of a configuration."""


class Watched:
    """Three nodes and a master's page, and all that a change would show in."""

    def __init__(self, homes: SshSparkHomes, master: Service, folder: Path) -> None:
        self.homes = homes
        self.master = master
        self.source = folder / "data.csv"
        self.source.write_text("1,2\n")
        self.job = folder / "job.py"
        self.job.write_text("print(1)\n")
        master.answers["/json/"] = MASTER.read_bytes()
        for name in homes.servers:
            self._scripts(homes.spark(name))
        for name in homes.servers:
            (homes.servers[name].home / "data.csv").write_text("1,2\n")
            work = homes.spark(name) / "work" / "app-20200101000000-0000" / "0"
            work.mkdir(parents=True)
            (work / "stderr").write_text("old\n")
        home = homes.servers["pi1"].home
        with homes.config.open("a") as file:
            file.write(
                f"spark: {{master: {{host: 127.0.0.1, webui_port: {master.port}}}}}\n"
                f"data: [{{source: {self.source}, target: {home}/data.csv, nodes: [pi1]}}]\n"
                f"jobs: {{job: {{app: {self.job}}}}}\n"
            )

    def _scripts(self, spark: Path) -> None:
        """Have whatever starts Spark there leave a trace."""
        for name in ("bin/spark-submit", "bin/spark-class", "sbin/spark-daemon.sh"):
            script = spark / name
            script.parent.mkdir(exist_ok=True)
            script.write_text('#!/bin/sh\ntouch "$HOME/started"\n')
            script.chmod(0o755)

    def words(self, line: str) -> list[str]:
        home = self.homes.servers["pi1"].home
        named = {"source": self.source, "job": self.job, "home": home}
        return [w.strip("'").format(**named) if w != "touch" else w for w in _split(line)]

    def files(self) -> dict[str, tuple[int, int, str]]:
        """Everything in the nodes' homes and Spark folders: mode, time, content."""
        found = {}
        for name, server in self.homes.servers.items():
            for root in (server.home, self.homes.spark(name)):
                for path in sorted(root.rglob("*")):
                    seen = path.lstat()
                    content = (
                        hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
                    )
                    found[str(path)] = (seen.st_mode, seen.st_mtime_ns, content)
        return found

    def processes(self) -> list[str]:
        """What runs on the nodes, of whoever logged in there."""
        wanted = {f"HOME={server.home}".encode() for server in self.homes.servers.values()}
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    environment = set((entry / "environ").read_bytes().split(b"\0"))
                    command = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if environment & wanted and command:
                    found.append(command.replace(b"\0", b" ").decode(errors="replace"))
        return found

    def posts(self) -> list[tuple[object, ...]]:
        return [request for request in self.master.requests if request[0] == "POST"]


def _split(line: str) -> list[str]:
    if " -- touch " in line:
        before, _, after = line.partition(" -- ")
        return [*before.split(), "--", *after.split()]
    return line.split()


@pytest.fixture
def watched(spark_homes: SshSparkHomes, tmp_path: Path) -> Iterator[Watched]:
    with serving() as master:
        yield Watched(spark_homes, master, tmp_path)


def test_no_command_changes_a_node(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {line.split()[0] for line in TRIED} == COMMANDS.keys() - ELSEWHERE
    benchmark = {line.split()[1] for line in TRIED if line.startswith("bench ")}
    assert benchmark == COMMANDS["bench"].commands.keys()
    # The gate of the command line: all that changes something would get through.
    monkeypatch.setattr(settings, "what_changes", lambda _context: "")
    before = watched.files()
    for line, changes in TRIED.items():
        words = ["--read-only", "--config", str(watched.homes.config), *watched.words(line)]
        ended = CliRunner().invoke(cli, words)
        assert ended.exit_code != 130, line
        said = ended.output + ended.stderr
        assert ("pitui is read-only and changes nothing" in said) is changes, (line, said)
        assert watched.files() == before, line
        assert watched.posts() == [], line
    asyncio.run(until(lambda: watched.processes() == [], LIMIT, "their processes are gone"))


def test_the_same_without_read_only_changes_it(watched: Watched) -> None:
    """What the tests here look at does show a change."""
    before = watched.files()
    for line in ("exec -- touch '{home}/changed'", "push {source} {home}/pushed pi1"):
        words = ["--config", str(watched.homes.config), *watched.words(line)]
        assert CliRunner().invoke(cli, words).exit_code == 0, line
        after = watched.files()
        assert after != before, line
        before = after


async def test_every_way_to_a_node_refuses(watched: Watched) -> None:
    config = load_config(watched.homes.config)
    async with open_cluster(config, NonInteractive(), read_only=True) as cluster:
        runner = cluster.runner("pi1")
        page = f"http://127.0.0.1:{watched.master.port}/app/kill/"
        with pytest.raises(ReadOnlyError):
            await runner.run("true")
        with pytest.raises(ReadOnlyError):
            async with runner.open("true"):
                pass
        with pytest.raises(ReadOnlyError):
            await cluster.connections.with_password("pi1", "secret", "true", b"")
        with pytest.raises(ReadOnlyError):
            await cluster.sudo("pi1").run("true")
        with pytest.raises(ReadOnlyError):
            await cluster.web.post(page, {}, "nuc")
        assert watched.posts() == []
        assert (await runner.run("echo read", changes=False)).stdout == "read\n"
        cluster.guard.read_only = False
        assert (await runner.run("true")).ok
        await cluster.web.post(page, {}, "nuc")
        assert len(watched.posts()) == 1


class Change(Step):
    """Changes a file as every provisioning step does."""

    id, title, needs_root = "change", "change", False

    async def check(self, ctx: NodeContext) -> CheckResult:
        there = await ctx.run('[ -e "$HOME/changed" ]')
        return ok() if there.ok else would_change("changes")

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        await ctx.write_file("~/changed", "1", root=False)


class Login(Step):
    id, title, needs_root = "access", "login", False

    async def check(self, ctx: NodeContext) -> CheckResult:
        return ok()

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Never needed."""


async def test_a_step_is_checked_but_not_applied(watched: Watched) -> None:
    config = load_config(watched.homes.config)
    before = watched.files()
    async with open_cluster(config, NonInteractive(), read_only=True) as cluster:
        for plan in (True, False):
            context = ProvisionContext(
                config, cluster.nodes, cluster.connections, NonInteractive(), locks=cluster.locks
            )
            work = Provisioning(context, [Login(), Change()], ["pi1"], lambda _: None, plan=plan)
            [report] = await work.run()
            last = report.steps[-1]
            assert last.state is (StepState.WOULD_CHANGE if plan else StepState.FAILED)
            assert ("read-only" in last.detail) is not plan
            assert watched.files() == before


OUT_OF_THE_WALK = {"shell", "apply"}
"""A shell leaves this terminal; nobody provisions what is this machine under another name."""

ROADS: dict[Scope, tuple[str, ...]] = {
    Scope.ANYWHERE: ("1", "j"),
    Scope.NODES: ("1", "j"),
    Scope.JOBS: ("4",),
    Scope.DRILL: ("4", "enter"),
    Scope.PROGRESS: ("1", "j", "s", "P"),
    Scope.DATA: ("6",),
    Scope.NODE: ("1", "j", "enter"),
    Scope.BENCHMARKS: ("7",),
}


@asynccontextmanager
async def ui(config: Path) -> AsyncIterator[Pilot[None]]:
    """The UI over the real nodes, whose services refuse changes, while the screen offers all."""
    app = PituiApp(load_config(config))
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, lambda: app.started)
        app.services.read_only = True
        # The screen's own: it would set the services free when an operation has ended.
        app.guard = lambda: None
        yield pilot


SCREENS: dict[Scope, type[ActionScreen]] = {
    Scope.DRILL: LevelScreen,
    Scope.DATA: DataScreen,
    Scope.NODE: NodeScreen,
    Scope.BENCHMARKS: BenchmarksScreen,
}


async def arrive(pilot: Pilot[None], scope: Scope) -> ActionScreen:
    """Go where the actions of a scope are."""
    app = pilot.app
    while app.screen is not app.main:
        app.pop_screen()
    app.main.operations.listed[1:] = []
    app.main.nodes.table.select("nuc")
    for key in ROADS[scope]:
        await pilot.press(key)
    wanted = SCREENS.get(scope, MainScreen)
    await until_shown(pilot, lambda: isinstance(app.screen, wanted))
    screen = app.screen
    assert isinstance(screen, ActionScreen)
    return screen


async def carry_out(pilot: Pilot[None], screen: ActionScreen, row: Action) -> None:
    """Do an action, and answer yes."""
    (screen if Scope.ANYWHERE in row.scopes else screen.handler(row)).action_do(row.id)
    await pilot.pause()
    if isinstance(pilot.app.screen, ConfirmScreen):
        await pilot.press("y")
        await pilot.pause()
    operations = pilot.app.main.operations
    await until_shown(pilot, lambda: not operations.running)


async def test_no_action_changes_a_node(watched: Watched) -> None:
    before = watched.files()
    async with ui(watched.homes.config) as pilot:
        app = pilot.app
        await until_shown(pilot, lambda: bool(app.main.snapshot.applications))
        for row in ACTIONS:
            if row.id not in OUT_OF_THE_WALK and (row.mutating or row.danger):
                for scope in ROADS.keys() & row.scopes:
                    screen = await arrive(pilot, scope)
                    await carry_out(pilot, screen, row)
                    assert watched.files() == before, (scope, row.id)
                    assert watched.posts() == [], (scope, row.id)
        operations = app.main.operations
        said = [o.detail for one in operations.listed for o in one.outcomes.values()]
        assert any("pitui is read-only" in detail for detail in said)
    await until(lambda: watched.processes() == [], LIMIT, "their processes are gone")

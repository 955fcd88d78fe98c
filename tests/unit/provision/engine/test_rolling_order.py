"""One node after the other: what is prepared at once, who goes first, and when it ends."""

from pathlib import Path

from msgspec.structs import replace

from pitui.config.load import load_config
from pitui.config.nodes import resolve_nodes
from pitui.domain.errors import NodeError
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import NodeReport
from pitui.provision.engine.provisioning import Provisioning
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.remote.prompts import NonInteractive
from pitui.remote.ssh.connection_pool import ConnectionPool


class Login(Step):
    id, title, needs_root = "access", "login", False

    async def check(self, ctx: NodeContext) -> CheckResult:
        return ok()

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Never needed."""


class Change(Step):
    """Notes who does what; `fails` is a node whose change fails, `unprepared` one that cannot be
    prepared."""

    id, title, needs_root = "change", "change", False
    disturbs = prepares = True

    def __init__(self, fails: str = "", unprepared: str = "") -> None:
        self.fails, self.unprepared = fails, unprepared
        self.log: list[str] = []
        self.done: set[str] = set()
        self.inside = 0

    async def check(self, ctx: NodeContext) -> CheckResult:
        return ok() if ctx.name in self.done else would_change("changes")

    async def prepare(self, ctx: NodeContext, finding: CheckResult) -> None:
        self.log.append(f"prepare {ctx.name}")
        await ctx.context.gather("prepared", ctx.name, 1, 10)
        if ctx.name == self.unprepared:
            raise NodeError(ctx.name, "no room")

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        self.inside += 1
        assert self.inside == 1
        self.log.append(f"apply {ctx.name}")
        await ctx.run("true")
        self.inside -= 1
        if ctx.name == self.fails:
            raise NodeError(ctx.name, "it broke")
        self.done.add(ctx.name)


async def roll(tmp_path: Path, change: Change) -> dict[str, NodeReport]:
    path = tmp_path / "config.yaml"
    path.write_text(
        "cluster: {master: m}\n"
        "nodes: {a: {host: 10.0.0.1}, m: {host: 10.0.0.2}, b: {host: 10.0.0.3}}\n"
    )
    config = load_config(path)
    nodes = {name: replace(node, host="local") for name, node in resolve_nodes(config).items()}
    context = ProvisionContext(
        config, nodes, ConnectionPool(nodes.values(), NonInteractive()), NonInteractive()
    )
    work = Provisioning(context, [Login(), change], list(nodes), lambda _: None, rolling=True)
    return {report.node: report for report in await work.run()}


async def test_all_are_prepared_at_once_then_the_master_and_the_others_one_by_one(
    tmp_path: Path,
) -> None:
    change = Change()
    reports = await roll(tmp_path, change)
    assert {str(r.state) for r in reports.values()} == {"changed"}
    assert {word.split()[0] for word in change.log[:3]} == {"prepare"}
    assert change.log[3] == "apply m"
    assert sorted(change.log[4:]) == ["apply a", "apply b"]


async def test_a_failure_in_its_turn_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    change = Change(fails="m")
    reports = await roll(tmp_path, change)
    assert str(reports["m"].state) == "failed"
    for name in ("a", "b"):
        assert str(reports[name].state) == "cancelled"
        assert reports[name].error == "skipped: m failed earlier in this rolling run"
    assert change.done == set()


async def test_what_cannot_be_prepared_is_not_touched_and_stops_nobody(tmp_path: Path) -> None:
    change = Change(unprepared="a")
    reports = await roll(tmp_path, change)
    assert str(reports["a"].state) == "failed"
    assert change.done == {"m", "b"}

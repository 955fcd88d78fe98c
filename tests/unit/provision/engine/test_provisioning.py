"""The engine, with steps of its own on this machine as the nodes."""

import asyncio
from pathlib import Path

import pytest

from pitui.config.load import load_config
from pitui.config.nodes import resolve_nodes
from pitui.domain.errors import Failure, LinkError, NodeError
from pitui.provision.engine import reconnect
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import (
    NodeReport,
    NodeResult,
    StepReport,
    StepState,
    Transfer,
    node_json,
)
from pitui.provision.engine.provisioning import Provisioning
from pitui.provision.engine.report_text import report_text
from pitui.provision.engine.step import CheckResult, Step, ok, unknown_until_applied, would_change
from pitui.remote.prompts import NonInteractive
from pitui.remote.ssh.connection_pool import ConnectionPool


class Mark(Step):
    """Makes a file; its own name is its content."""

    title = "a file"
    needs_root = False

    def __init__(self, folder: Path, name: str, needs: tuple[str, ...] = ()) -> None:
        self.id = name
        self.needs = needs
        self.folder = folder

    def path(self, ctx: NodeContext) -> str:
        return str(self.folder / f"{ctx.name}-{self.id}")

    async def check(self, ctx: NodeContext) -> CheckResult:
        text = await ctx.read_text(self.path(ctx))
        return ok("there") if text == self.id else would_change(f"makes {self.id}")

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        await ctx.write_file(self.path(ctx), self.id, root=False)


class Failing(Mark):
    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        raise NodeError(ctx.name, "no room", "Make some.")


class Forgetful(Mark):
    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Do nothing, and believe it is done."""


class Breaking(Mark):
    """Loses the link twice."""

    breaks = 2

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        if self.breaks:
            self.breaks -= 1
            raise LinkError(ctx.name, Failure.LOST, "the connection was lost")
        await super().apply(ctx, finding)


class Ended(Mark):
    """Has a command ended once, as a machine that goes down does to all of them."""

    ended = 0
    cause: Failure | None = None

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        self.ended += 1
        if self.ended == 1:
            raise NodeError(ctx.name, "`tar` failed: exit status 143", failure=self.cause)
        await super().apply(ctx, finding)


class Meeting(Mark):
    met: list[set[str]]

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        self.met.append(set(await ctx.context.gather(self.id, ctx.name, 1, 10)))
        await super().apply(ctx, finding)


def context(tmp_path: Path, *, sudo: str = "passwordless") -> ProvisionContext:
    path = tmp_path / "config.yaml"
    path.write_text(
        f"cluster: {{master: a}}\nssh: {{sudo: {sudo}}}\nnodes: {{a: {{host: local}}, "
        "b: {host: 127.0.0.1, port: 9}}\n"
    )
    config = load_config(path)
    nodes = resolve_nodes(config)
    return ProvisionContext(
        config, nodes, ConnectionPool(nodes.values(), NonInteractive()), NonInteractive()
    )


async def run(
    tmp_path: Path, *steps: Step, names: tuple[str, ...] = ("a",), **how: bool
) -> tuple[list[NodeReport], list[StepReport]]:
    seen: list[StepReport] = []
    work = Provisioning(context(tmp_path), steps, names, seen.append, **how)
    return await work.run(), seen


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def states(report: NodeReport) -> list[str]:
    return [str(step.state) for step in report.steps]


async def test_what_is_missing_is_made_and_the_second_time_nothing_is(tmp_path: Path) -> None:
    one, two = Mark(tmp_path, "one"), Mark(tmp_path, "two", ("one",))
    [first], seen = await run(tmp_path, one, two)
    assert states(first) == ["changed", "changed"]
    assert first.state is NodeResult.CHANGED
    told = [str(s.state) for s in seen if s.step == "one"]
    assert told == ["waiting", "checking", "applying", "verifying", "changed"]
    [second], _ = await run(tmp_path, one, two)
    assert (second.state, states(second)) == (NodeResult.OK, ["ok", "ok"])


async def test_a_plan_changes_nothing(tmp_path: Path) -> None:
    before = files(tmp_path)
    [report], _ = await run(tmp_path, Mark(tmp_path, "one"), Mark(tmp_path, "two"), plan=True)
    assert report.state is NodeResult.WOULD_CHANGE
    assert files(tmp_path) - before == {"config.yaml"}


async def test_a_plan_says_unknown_where_an_earlier_step_decides(tmp_path: Path) -> None:
    class Blind(Mark):
        async def check(self, ctx: NodeContext) -> CheckResult:
            raise NodeError(ctx.name, "nothing to look at")

    class Unsure(Mark):
        async def check(self, ctx: NodeContext) -> CheckResult:
            return unknown_until_applied("once one is there")

    steps = (Mark(tmp_path, "zero"), Mark(tmp_path, "one"))
    rest = (Blind(tmp_path, "two", ("one",)), Unsure(tmp_path, "three"))
    work = [*steps, *rest]
    # The first step stands for the login, and it is fine.
    (tmp_path / "a-zero").write_text("zero")
    [report], _ = await run(tmp_path, *work, plan=True)
    assert states(report) == ["ok", "would-change", "unknown", "unknown"]
    json = node_json(report)["steps"]
    assert isinstance(json, list)
    assert [s["state"] for s in json] == ["ok", "would-change", "would-change", "would-change"]
    assert json[3]["detail"] == "unknown: once one is there"


async def test_what_needs_a_failed_step_is_left_out_and_the_rest_is_done(tmp_path: Path) -> None:
    steps = (
        Mark(tmp_path, "zero"),
        Failing(tmp_path, "one"),
        Mark(tmp_path, "two", ("one",)),
        Mark(tmp_path, "three"),
    )
    [report], _ = await run(tmp_path, *steps)
    assert states(report) == ["changed", "failed", "skipped", "changed"]
    assert report.state is NodeResult.FAILED
    assert report.error == "one: no room. Make some."


async def test_what_is_not_so_after_it_was_done_has_failed(tmp_path: Path) -> None:
    [report], _ = await run(tmp_path, Forgetful(tmp_path, "one"))
    assert report.state is NodeResult.FAILED
    assert "the check still fails" in str(report.error)


async def test_a_step_goes_on_after_a_broken_link(tmp_path: Path) -> None:
    [report], _ = await run(tmp_path, Mark(tmp_path, "zero"), Breaking(tmp_path, "one"))
    assert report.state is NodeResult.CHANGED


async def test_a_link_that_is_lost_each_time_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconnect, "_WAITS", (0.0,))
    step = Breaking(tmp_path, "two")
    step.breaks = 1000
    [report], _ = await run(tmp_path, Mark(tmp_path, "one"), step)
    assert states(report) == ["changed", "failed"]
    assert step.breaks == 1000 - 11


@pytest.mark.parametrize(
    ("system", "cause", "ends"),
    [
        ("stopping", None, "changed"),
        ("running", None, "failed"),
        # What the step itself did to the link is not done again.
        ("stopping", Failure.NO_ROUTE, "failed"),
    ],
)
async def test_a_step_goes_on_where_going_down_ended_its_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    cause: Failure | None,
    ends: str,
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "systemctl").write_text(f"#!/bin/sh\necho {system}\n")
    (programs / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    step = Ended(tmp_path, "two")
    step.cause = cause
    [report], seen = await run(tmp_path, Mark(tmp_path, "one"), step)
    assert states(report) == ["changed", ends]
    assert any("it is shutting down" in one.detail for one in seen) == (ends == "changed")


async def test_a_node_that_is_away_fails_alone(tmp_path: Path) -> None:
    (a, b), _ = await run(tmp_path, Mark(tmp_path, "zero"), Mark(tmp_path, "one"), names=("a", "b"))
    assert a.state is NodeResult.CHANGED
    assert (b.state, states(b)) == (NodeResult.UNREACHABLE, ["failed", "skipped"])
    assert "refused" in str(b.error)


async def test_nobody_waits_for_a_node_that_has_left(tmp_path: Path) -> None:
    meeting = Meeting(tmp_path, "meet")
    meeting.met = []
    async with asyncio.timeout(20):
        await run(tmp_path, Mark(tmp_path, "zero"), meeting, names=("a", "b"))
    assert meeting.met == [{"a"}]


async def test_cancelling_finishes_the_step_in_hand(tmp_path: Path) -> None:
    work: Provisioning

    class Cancelling(Mark):
        async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
            work.cancel()
            await super().apply(ctx, finding)

    steps = (Cancelling(tmp_path, "one"), Mark(tmp_path, "two"))
    work = Provisioning(context(tmp_path), steps, ["a"], lambda _: None)
    [report] = await work.run()
    assert states(report) == ["changed", "cancelled"]
    assert report.state is NodeResult.CANCELLED


async def test_a_diff_and_a_detail_reach_the_report(tmp_path: Path) -> None:
    class Shown(Mark):
        async def check(self, ctx: NodeContext) -> CheckResult:
            return would_change("a line", diff="+a line\n")

    (tmp_path / "a-zero").write_text("zero")
    [report], _ = await run(tmp_path, Mark(tmp_path, "zero"), Shown(tmp_path, "one"), plan=True)
    assert (report.steps[1].state, report.steps[1].diff) == (StepState.WOULD_CHANGE, "+a line\n")


async def test_a_failure_keeps_the_last_lines_of_the_node(tmp_path: Path) -> None:
    class Told(Mark):
        async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
            await ctx.ask("seq 30; printf '10%%\\r20%%\\rbroken\\033[31m\\n' >&2; exit 3")

    [report], _ = await run(tmp_path, Told(tmp_path, "one"))
    lines = report.steps[0].said.splitlines()
    assert len(lines) == 20
    assert lines[-2:] == ["30", "broken␛[31m"]
    assert any("    | 30" in line for line in report_text([report]))


async def test_a_push_is_reported_as_often_as_it_can_be_read(tmp_path: Path) -> None:
    class Pushing(Mark):
        async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
            for done in range(1, 1001):
                ctx.progress("pushing", Transfer(done, 1000, 1.0))
            await super().apply(ctx, finding)

    _, seen = await run(tmp_path, Pushing(tmp_path, "one"))
    told = [step.transfer.done for step in seen if step.transfer is not None]
    assert told[0] == 1
    assert told[-1] == 1000
    assert len(told) < 100

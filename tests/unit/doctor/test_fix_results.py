"""After a fix: what is gone, what is left and why, and what nobody knows."""

from pathlib import Path

import msgspec
from support.evidence import config

from pitui.cli.render.fix_text import (
    fix_preview_lines,
    fix_question,
    fix_result_json,
    fix_result_lines,
)
from pitui.config.model import Config
from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import Finding, SkippedCheck
from pitui.doctor.finding_fix import Fix
from pitui.doctor.fix.fix_plan import FixPlan, NodesSteps, fixes_for
from pitui.doctor.fix.fix_result import FixResult, FixState, fix_results
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.provision.engine.provision_report import NodeReport, NodeResult, StepReport, StepState
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.doctor.fix.carry_out import Fixing, FixPreview
from pitui.services.doctor.fix.daemon_start_files import StartFiles

WORKER = DaemonTarget("pi1", Role.WORKER)
FIX = Fix.provisioning("hosts", on=["pi1"], restart=[WORKER])


def finding(node: str | None = "pi1", about: str = "", fix: Fix | None = FIX) -> Finding:
    return Finding(
        FindingSeverity.ERROR, "its name is wrong", "do that", node=node, about=about,
        several="their names are wrong", check="names.loopback", fixed_by=fix,
    )  # fmt: skip


def known(*nodes: str, about: str = "") -> KnownFinding:
    node = nodes[0] if len(nodes) == 1 else None
    return KnownFinding(finding(node, about), nodes=nodes)


def result(
    before: KnownFinding,
    *left: Finding,
    outcomes: tuple[Outcome, ...] = (),
    skipped: tuple[SkippedCheck, ...] = (),
) -> FixResult:
    (one,) = fix_results([before], outcomes, left, skipped)
    return one


def ended(what: str, state: OutcomeState, detail: str = "", node: str = "pi1") -> Outcome:
    return Outcome(node, what, state, detail)


def test_what_no_check_finds_any_more_is_fixed() -> None:
    done = (ended("hosts", OutcomeState.OK), ended("worker", OutcomeState.OK))
    one = result(known("pi1"), finding("pi2"), finding(about="another"), outcomes=done)
    assert (one.state, one.nodes, one.why) == (FixState.FIXED, (), "")


def test_what_is_found_again_is_left_with_what_failed() -> None:
    outcomes = (
        ended("hosts", OutcomeState.FAILED, "the disk is full"),
        ended("worker", OutcomeState.CANCELLED, "left as it is"),
        ended("hosts", OutcomeState.FAILED, "elsewhere", node="pi2"),
    )
    one = result(known("pi1"), finding(), outcomes=outcomes)
    assert (one.state, one.nodes) == (FixState.LEFT, ("pi1",))
    assert one.why == "pi1: hosts: the disk is full; pi1: worker: left as it is"


def test_of_several_nodes_those_are_named_that_still_have_it() -> None:
    one = result(known("pi1", "pi2", "pi3"), finding("pi2"), finding("nuc"))
    assert (one.state, one.nodes) == (FixState.LEFT, ("pi2",))
    assert list(fix_result_lines([one]))[-1].startswith("left       pi2: their names are wrong")


def test_where_nothing_had_to_be_changed_the_cause_is_another() -> None:
    unchanged = (ended("hosts", OutcomeState.UNCHANGED), ended("worker", OutcomeState.UNCHANGED))
    one = result(known("pi1"), finding(), outcomes=unchanged)
    assert (one.state, one.why) == (FixState.LEFT, "there was nothing to change")


def test_where_nobody_could_look_again_nothing_is_claimed() -> None:
    silent = SkippedCheck("no answer", "pi1", "names.loopback")
    one = result(known("pi1"), skipped=(silent,))
    assert (one.state, one.nodes) == (FixState.UNKNOWN, ("pi1",))
    assert fix_result_json(one)["state"] == "unknown"
    other = SkippedCheck("no answer", "pi2", "names.loopback")
    assert result(known("pi1"), skipped=(other,)).state is FixState.FIXED


def test_a_plan_is_shown_with_its_diff_its_daemons_and_what_that_means() -> None:
    plan = fixes_for([known("pi1")])
    step = StepReport("pi1", "hosts", StepState.WOULD_CHANGE, "3 nodes", diff="-old\n+new")
    quiet = StepReport("pi1", "access", StepState.OK, "logs in")
    report = NodeReport("pi1", NodeResult.WOULD_CHANGE, None, (quiet, step))
    shown = list(fix_preview_lines(FixPreview(plan, (report,), ("flights loses 1 executor.",))))
    assert [line for line in shown if line] == [
        "This would be done:",
        "  ○ pi1: hosts: 3 nodes",
        "      -old",
        "      +new",
        "  ○ pi1: restart the worker",
        "  flights loses 1 executor.",
    ]
    assert fix_question(plan) == "Fix 1 finding on pi1? [y/N]: "


def test_a_plan_that_changes_nothing_is_idle() -> None:
    by_step = KnownFinding(finding(fix=Fix.provisioning("hosts", on=["pi1"])), nodes=("pi1",))
    nothing = NodeReport("pi1", NodeResult.OK, None, ())
    assert FixPreview(fixes_for([by_step]), (nothing,), ()).idle
    assert not FixPreview(fixes_for([known("pi1")]), (nothing,), ()).idle
    changes = NodeReport("pi1", NodeResult.WOULD_CHANGE, None, ())
    assert not FixPreview(fixes_for([by_step]), (changes,), ()).idle


async def test_what_is_cancelled_before_it_begins_is_not_done(tmp_path: Path) -> None:
    plan = FixPlan(start=(WORKER,), restart=(DaemonTarget("nuc", Role.MASTER),))
    reported: list[Outcome] = []
    settings = msgspec.structs.replace(config(), folder=tmp_path)
    assert isinstance(settings, Config)
    async with open_cluster(settings, NonInteractive()) as cluster:
        fixing = Fixing(cluster, plan, reported.append)
        fixing.cancel()
        outcomes = await fixing.run()
    assert {(o.node, o.role, o.state) for o in outcomes} == {
        ("pi1", "worker", OutcomeState.CANCELLED),
        ("nuc", "master", OutcomeState.CANCELLED),
    }
    assert reported[-2:] == outcomes


def test_what_daemons_are_started_from_is_planned_with_the_fix_and_shown_where_it_changes() -> None:
    def said(node: str, state: NodeResult, **steps: StepState) -> NodeReport:
        reports = tuple(StepReport(node, name, now) for name, now in steps.items())
        return NodeReport(node, state, "no answer" if state is NodeResult.FAILED else None, reports)

    would, same, changes = StepState.WOULD_CHANGE, StepState.OK, NodeResult.WOULD_CHANGE
    by_steps = KnownFinding(finding(), nodes=("pi1",))
    starts = [
        KnownFinding(finding(name, fix=Fix.starting(name)), nodes=(name,))
        for name in ("pi2", "pi3", "pi4")
    ]
    plan = fixes_for([by_steps, *starts])
    asked = dict.fromkeys(("pi1", "pi2", "pi3", "pi4"), ("conf", "service"))
    looked = (
        said("pi1", changes, access=same, hosts=would, conf=same, service=would),
        said("pi2", NodeResult.OK, access=same, conf=same, service=same),
        said("pi3", changes, access=same, conf=would, service=same),
        said("pi4", NodeResult.FAILED, access=same, conf=StepState.FAILED),
    )
    files = StartFiles(asked)
    complete, reports = files.heeded(plan, looked)
    assert complete.steps == (
        NodesSteps(("hosts", "service"), ("pi1",)),
        NodesSteps(("conf",), ("pi3",)),
    )
    assert [(r.node, [step.step for step in r.steps]) for r in reports] == [
        ("pi1", ["access", "hosts", "service"]),
        ("pi3", ["access", "conf"]),
    ]
    assert files.unknown == {"pi4": "no answer"}

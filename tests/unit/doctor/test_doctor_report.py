"""One finding a cause, what explains most first, the score, and what the configuration excludes."""

from dataclasses import replace
from datetime import date

import pytest
from support.evidence import NUC, facts, folder, healthy, with_facts, with_master, with_status

from pitui.cli.render.doctor_text import report_json, report_lines
from pitui.config.model import ExclusionSection
from pitui.doctor.doctor_report import KnownFinding, Report, make_report
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import SkippedCheck, error, warning
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import MasterState, NodeStatus, WorkerState
from pitui.services.doctor.ignored_findings import configured_reason
from pitui.services.doctor.run_checks import look

KEYS = {
    "check", "severity", "node", "nodes", "application", "title", "detail", "why", "fix", "fixable",
    "state", "since", "excluded",
}  # fmt: skip


def report(evidence: Evidence, ignored: str | None = None, *, by_person: bool = False) -> Report:
    findings, skipped = look(CHECKS, evidence)
    judged = [
        KnownFinding(
            one,
            nodes=(one.node,) if one.node else (),
            since=0.0,
            ignored=ignored,
            by_person=by_person,
        )
        for one in findings
    ]
    return make_report(CHECKS, judged, skipped)


def test_the_same_on_several_nodes_is_one_finding_that_names_them() -> None:
    (one,) = report(with_facts(healthy(), "pi1", "pi2", "pi3", java=None)).findings
    assert one.finding.title == "3 nodes: Spark's scripts find no Java"
    assert one.finding.node is None
    assert all(f"{name}: " in one.finding.detail for name in ("pi1", "pi2", "pi3"))
    assert one.finding.fix == "pitui provision pi1 pi2 pi3 --only java,conf"


def test_two_full_disks_of_one_node_keep_their_figures() -> None:
    full = folder("local", "/mnt/ssd", mount="/mnt/ssd", free_kib=1000)
    own = tuple(replace(one, free_kib=1000) for one in facts("pi1").folders)
    said = report(with_facts(healthy(), "pi1", folders=(*own, full))).findings
    assert [one.finding.node for one in said] == ["pi1", "pi1"]
    assert all("of 29.0 GiB are free" in one.finding.title for one in said)


def test_on_one_node_it_keeps_its_figures() -> None:
    (one,) = report(with_facts(healthy(), "pi1", java=None)).findings
    assert one.finding.node == "pi1"
    assert one.finding.fix == "pitui provision pi1 --only java,conf"


def test_a_daemon_and_an_application_with_one_error_are_two_findings() -> None:
    said = [
        error(
            "x", "y", node=node, application=app, check="logs.known-error", several="a disk is full"
        )
        for node, app in (("pi1", None), ("pi2", "app-1"), ("pi3", "app-1"))
    ]
    made = make_report(CHECKS, [KnownFinding(one, nodes=(one.node or "",)) for one in said], ())
    assert {(one.finding.application, one.nodes) for one in made.findings} == {
        (None, ("pi1",)),
        ("app-1", ("pi2", "pi3")),
    }


def test_the_cause_comes_before_what_it_causes() -> None:
    def gone(node: NodeStatus) -> NodeStatus:
        assert node.worker is not None
        worker = replace(node.worker, state=WorkerState.UNREGISTERED)
        bare = tuple(replace(p, arguments=()) for p in node.processes)
        return replace(node, worker=worker, processes=bare)

    evidence = with_status(healthy(), "pi1", "pi2", change=gone)
    named = with_facts(evidence, "pi1", resolved={"pi1": ("127.0.1.1",)})
    named = with_facts(named, "pi2", resolved={"pi2": ("127.0.1.1",)})
    assert [one.finding.check for one in report(named).findings] == [
        "names.loopback",  # a warning, which explains both errors
        "spark.unregistered",
    ]


def test_errors_come_before_warnings_where_nothing_explains_the_other() -> None:
    old = facts("pi1").java
    assert old is not None
    evidence = with_facts(healthy(), "pi1", java=replace(old, major=21))
    evidence = with_facts(evidence, "pi2", java=None)
    severities = [one.finding.severity for one in report(evidence).findings]
    assert severities == [FindingSeverity.ERROR, FindingSeverity.WARNING]


@pytest.mark.parametrize(
    ("by_person", "by"), [(True, "on the Doctor screen"), (False, "doctor.exclude")]
)
def test_who_ignores_a_finding_is_said(by_person: bool, by: str) -> None:
    left = report(with_facts(healthy(), "pi1", java=None), "a new card", by_person=by_person)
    text = " ".join(" ".join(report_lines(left, "shelf", 4, 1.0)).split())
    assert "Ignored: java.missing pi1: Spark's scripts find no Java" in text
    assert f"({by}: a new card)" in text


def test_the_score() -> None:
    assert report(healthy()).score == 100
    assert report(healthy()).healthy
    broken = report(with_facts(healthy(), "pi1", java=None))
    assert (broken.score, broken.healthy) == (80, False)
    left = report(with_facts(healthy(), "pi1", java=None), ignored="known")
    assert (left.score, left.healthy) == (100, True)


def test_json_is_as_the_design_says() -> None:
    found = report_json(report(with_facts(healthy(), "pi1", java=None)))
    assert set(found) == {"score", "checks", "findings", "skipped"}
    assert found["checks"] == len(CHECKS)
    (one,) = found["findings"]
    assert set(one) == KEYS
    assert (one["check"], one["severity"], one["node"]) == ("java.missing", "error", "pi1")
    assert (one["state"], one["since"]) == ("new", "1970-01-01T00:00:00+00:00")
    assert one["excluded"] is None


def test_text_says_what_where_why_and_the_fix() -> None:
    lines = list(report_lines(report(with_facts(healthy(), "pi1", java=None)), "shelf", 4, 1.25))
    text = "\n".join(lines)
    assert lines[0] == "shelf: 1 error, score 80 of 100"
    assert "ERROR    pi1: Spark's scripts find no Java" in text
    assert "Why: No daemon and no executor can start there." in text
    assert "Fix: pitui provision pi1 --only java,conf" in text
    assert "java.missing, new" in text
    assert lines[-1] == f"{len(CHECKS)} checks on 4 nodes in 1.2 s"
    assert max(map(len, lines)) <= 100


def test_a_fix_is_one_line_however_long_and_json_names_its_nodes() -> None:
    names = [f"pi{number}" for number in range(1, 21)]
    found = [
        warning(
            "no", "pitui start {nodes}", node=n, several="all no", check="java.missing", why="x"
        )
        for n in names
    ]
    made = make_report(CHECKS, [KnownFinding(one) for one in found], [])
    assert f"         Fix: pitui start {' '.join(names)}" in list(report_lines(made, "s", 20, 1.0))
    (one,) = report_json(made)["findings"]
    assert (one["node"], one["nodes"]) == (None, names)


def test_text_of_a_healthy_cluster_is_short() -> None:
    lines = list(report_lines(report(healthy()), "shelf", 4, 1.0))
    assert lines[0] == "shelf: nothing is wrong, score 100 of 100"
    assert len(lines) == 3


def test_checks_that_could_not_look_are_told_in_one_line_a_node() -> None:
    made = make_report(CHECKS, [], [SkippedCheck("gone", "pi2", c.id) for c in CHECKS])
    assert f"  pi2: gone ({len(CHECKS)} checks)" in list(report_lines(made, "shelf", 4, 1.0))


def test_text_from_nodes_is_shown_and_not_obeyed() -> None:
    bad = warning("its name is \x1b]0;x\x07", "nothing", node="pi1", check="java.missing", why="x")
    made = make_report(CHECKS, [KnownFinding(bad)], [])
    assert "\x1b" not in "\n".join(report_lines(made, "shelf", 1, 1.0))


@pytest.mark.parametrize(
    ("exclusion", "wanted"),
    [
        (ExclusionSection(check="java.missing", reason="so"), "so"),
        (ExclusionSection(check="java", reason="so"), "so"),
        (ExclusionSection(check="java.unfit", reason="so"), None),
        (ExclusionSection(check="java.missing", reason="so", node="pi1"), "so"),
        (ExclusionSection(check="java.missing", reason="so", node="pi2"), None),
        (ExclusionSection(check="java.missing", reason="so", until="2026-11-30"), "so"),
        (ExclusionSection(check="java.missing", reason="so", until="2026-11-29"), None),
    ],
)
def test_exclusions(exclusion: ExclusionSection, wanted: str | None) -> None:
    found = error("x", "y", node="pi1", check="java.missing")
    assert configured_reason(found, [exclusion], date(2026, 11, 30)) == wanted


def test_a_master_that_is_down_stands_on_its_node() -> None:
    down = with_master(with_facts(healthy(), NUC, listening=()), state=MasterState.STOPPED)
    (one,) = report(down).findings
    assert (one.finding.check, one.finding.node) == ("spark.unregistered", NUC)

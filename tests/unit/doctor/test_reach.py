"""reach.ssh: a node that is busy is no node that is gone."""

from dataclasses import replace

import msgspec
import pytest
from support.evidence import found, healthy, with_master, with_status

from pitui.doctor.doctor_report import KnownFinding, make_report
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import SkippedCheck
from pitui.doctor.registry import chosen_checks
from pitui.domain.cluster import MasterState, NodeStatus
from pitui.domain.link import LinkState, LinkStatus


def _slow() -> Evidence:
    link = LinkStatus(LinkState.CONNECTED, "is not answering")
    return with_status(healthy(), "pi2", change=lambda node: replace(node, link=link))


def test_a_node_whose_health_came_too_late_but_that_answered_the_checks_is_reached() -> None:
    assert found(_slow(), "reach.ssh") == []


def test_a_connected_node_that_answers_nothing_is_named_as_connected() -> None:
    slow = _slow()
    silent = replace(slow, facts={k: v for k, v in slow.facts.items() if k != "pi2"})
    (one,) = found(silent, "reach.ssh")
    assert (one.node, one.title) == ("pi2", "it is connected, but is not answering")


def test_a_node_that_is_still_being_connected_to_is_not_called_unreachable() -> None:
    link = LinkStatus(LinkState.CONNECTING)
    trying = with_status(healthy(), "pi2", change=lambda node: replace(node, link=link))
    (check,) = chosen_checks(["reach.ssh"])
    assert [*check.look(trying)] == [
        SkippedCheck("it is still being connected to", "pi2", "reach.ssh")
    ]


@pytest.mark.parametrize(
    ("keys", "fix"),
    [
        ({}, "ssh 192.168.1.12"),
        ({"user": "ubuntu", "port": 2222}, "ssh -p 2222 ubuntu@192.168.1.12"),
        ({"host": "local"}, "it is this machine: see with top "),
    ],
)
def test_the_fix_leads_to_the_node_as_it_is_configured(keys: dict[str, object], fix: str) -> None:
    slow = _slow()
    nodes = dict(slow.nodes)
    nodes["pi2"] = msgspec.structs.replace(nodes["pi2"], **keys)
    silent = {name: said for name, said in slow.facts.items() if name != "pi2"}
    (one,) = found(replace(slow, nodes=nodes, facts=silent), "reach.ssh")
    assert one.fix.startswith(fix)


def test_nodes_that_nobody_reaches_have_one_cause_and_the_masters_word_is_told() -> None:
    def off(node: NodeStatus) -> NodeStatus:
        link = LinkStatus(LinkState.UNREACHABLE, f"{node.host}: no route to host")
        return replace(node, link=link, processes=())

    away = with_status(healthy(), "pi1", "pi2", change=off)
    said = found(away, "reach.ssh")
    assert [one.detail for one in said] == [
        "the master still has its worker as ALIVE: what runs there may go on"
    ] * 2
    assert [one.why for one in said] == ["Nothing can be seen or done there"] * 2
    checks = chosen_checks(["reach.ssh"])
    (one,) = make_report(checks, [KnownFinding(finding) for finding in said], ()).findings
    assert one.finding.title == "2 nodes: they cannot be reached: nobody answers"
    assert "pi1: it cannot be reached: 192.168.1.11: no route to host" in one.finding.detail
    gone = with_status(away, "pi2", change=lambda node: replace(node, workers=()))
    known = [KnownFinding(finding) for finding in found(gone, "reach.ssh")]
    (one,) = make_report(checks, known, ()).findings
    assert ". pi1: the master still has its worker as ALIVE" in one.finding.detail
    silent = with_master(away, state=MasterState.STOPPED)
    assert {one.detail for one in found(silent, "reach.ssh")} == {""}

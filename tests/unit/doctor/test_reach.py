"""reach.ssh: a node that is busy is no node that is gone."""

from dataclasses import replace

import msgspec
import pytest
from support.evidence import found, healthy, with_status

from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import SkippedCheck
from pitui.doctor.registry import chosen_checks
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

"""reach.ssh: a node that is busy is no node that is gone."""

from dataclasses import replace

from support.evidence import found, healthy, with_status

from pitui.doctor.evidence import Evidence
from pitui.domain.cluster import LinkState, LinkStatus


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

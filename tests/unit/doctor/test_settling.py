"""A daemon that has just started is waited for before it is said that it is not listed."""

from dataclasses import replace

import pytest
from support.evidence import NUC, healthy, with_master, with_status

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.symptoms.settling import is_settling
from pitui.domain.cluster import MasterState, NodeStatus, WorkerState

UPTIME = 86_400


def aged(evidence: Evidence, name: str, seconds: int) -> Evidence:
    """Return evidence in which a node's daemon has run for some seconds."""
    ticks = (UPTIME - seconds) * 100

    def change(node: NodeStatus) -> NodeStatus:
        return replace(node, processes=(replace(node.processes[0], started=ticks),))

    return with_status(evidence, name, change=change)


def unlisted(evidence: Evidence, state: WorkerState = WorkerState.UNREGISTERED) -> Evidence:
    def change(node: NodeStatus) -> NodeStatus:
        assert node.worker is not None
        return replace(node, worker=replace(node.worker, state=state), workers=())

    return with_status(evidence, "pi2", change=change)


@pytest.mark.parametrize("state", [WorkerState.UNREGISTERED, WorkerState.DEAD])
@pytest.mark.parametrize(
    ("young", "seconds", "waits"),
    [("pi2", 4, True), ("pi2", 40, False), (NUC, 4, True), (NUC, 40, False), ("pi1", 4, False)],
)
def test_a_worker_that_is_not_listed_is_waited_for_while_it_or_the_master_has_just_begun(
    young: str, seconds: int, waits: bool, state: WorkerState
) -> None:
    evidence = aged(healthy(), young, seconds)
    assert not is_settling(evidence.snapshot)
    assert is_settling(unlisted(evidence, state).snapshot) is waits


def test_a_master_that_has_just_begun_is_waited_for_until_it_answers() -> None:
    silent = with_master(healthy(), state=MasterState.UNREACHABLE)
    assert not is_settling(silent.snapshot)
    assert is_settling(aged(silent, NUC, 4).snapshot)

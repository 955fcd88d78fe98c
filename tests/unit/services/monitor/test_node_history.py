"""A node's last hour out of its answers."""

from dataclasses import replace

import pytest

from pitui.facts.health.reader import Health
from pitui.services.monitor.node_history import KEPT, LoadHistory

MIB = 1024 * 1024
ANSWER = Health(
    memory_total_mib=1000, memory_used_mib=250, temperature_c=50.0, disk_total_mib=100,
    disk_free_mib=40,
)  # fmt: skip


def test_a_point_is_the_mean_load_and_the_rates_since_the_counting_before() -> None:
    history = LoadHistory()
    for second in range(11):
        counts = second % 5 == 0
        answer = replace(
            ANSWER,
            traffic=(second * MIB, second * 2 * MIB) if counts else None,
            transfer=(second * 3 * MIB, 0) if counts else None,
        )
        history.add(answer, 10.0 * second, 1000.0 + second)
    assert [point.at for point in history.points] == [1000.0, 1005.0, 1010.0]
    first, second, third = history.points
    assert (first.received, first.written) == (None, None)
    assert second.cpu_percent == pytest.approx(30.0)
    assert third.cpu_percent == pytest.approx(80.0)
    assert (third.received, third.sent, third.read, third.written) == (MIB, 2 * MIB, 3 * MIB, 0)
    assert (third.memory_percent, third.disk_percent, third.temperature_c) == (25.0, 60.0, 50.0)


def test_counters_that_began_anew_give_no_rate() -> None:
    history = LoadHistory()
    history.add(replace(ANSWER, traffic=(500, 500)), 1.0, 1000.0)
    history.add(replace(ANSWER, traffic=(100, 100)), 1.0, 1005.0)
    history.add(replace(ANSWER, traffic=(200, 100)), 1.0, 1010.0)
    assert [point.received for point in history.points] == [None, None, 20.0]


def test_a_node_without_counters_has_points_too_and_an_hour_is_kept() -> None:
    history = LoadHistory()
    for second in range(2 * 3600 * 2):
        history.add(ANSWER, 1.0, 1000.0 + second)
    assert len(history.points) == KEPT
    assert history.points[-1].at - history.points[0].at >= 3600

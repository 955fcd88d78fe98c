"""Tasks a second out of a driver's answers."""

from dataclasses import replace

from support.plain_cluster import executor

from pitui.services.monitor.driver_poll import TaskRates


def test_rates_are_differences_between_answers() -> None:
    rates = TaskRates()
    first = replace(executor(0, "pi1", 2, 0), tasks_done=10)
    assert rates.note([first], 100.0)[0].task_rates == ()
    assert rates.note([replace(first, tasks_done=16)], 102.0)[0].task_rates == (3.0,)
    lost = replace(first, tasks_done=16, active=False)
    assert rates.note([lost], 103.0)[0].task_rates == (3.0,)


def test_the_ring_is_bounded_and_what_is_gone_is_forgotten() -> None:
    rates = TaskRates()
    one, two = executor(0, "pi1", 2, 0), executor(1, "pi2", 2, 0)
    for second in range(200):
        told = rates.note([replace(one, tasks_done=second), two], float(second))
    assert len(told[0].task_rates) == 60
    rates.note([one], 300.0)
    assert rates.note([two], 301.0)[0].task_rates == ()

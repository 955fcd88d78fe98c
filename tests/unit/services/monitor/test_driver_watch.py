"""Drivers that take long: nobody waits for another's, and how old their word is gets said."""

import asyncio

from pitui.domain.cluster import Progress
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.spark_driver import driver_age
from pitui.services.monitor.driver_watch import DriverWatch
from pitui.services.monitor.poll_state import DriverView

VIEW = DriverView(Progress(1, 0, 4, 1, 3, 0), ())


class Drivers:
    """Answers of drivers that a test lets come when it wants them to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.answers: dict[str, asyncio.Future[DriverView | None]] = {}
        self.answering_s: dict[str, float] = {}

    def forget_all_but(self, app_ids) -> None:
        """Have nothing to forget."""

    def answering(self, app_id: str) -> float | None:
        return self.answering_s.get(app_id)

    async def look(self, app_id: str, *, executors: bool, limit: float) -> DriverView | None:
        assert limit > 60
        self.asked.append((app_id, executors))
        self.answers[app_id] = asyncio.get_running_loop().create_future()
        return await self.answers[app_id]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_driver_that_does_not_answer_delays_no_other_and_is_asked_once():
    drivers, changes = Drivers(), []
    watch = DriverWatch(drivers, lambda: changes.append(1))
    async with TaskGroup() as group:
        for _ in range(3):
            watch.turn(group, ["slow", "quick"], ["slow"])
            await settle()
            if not drivers.answers["quick"].done():
                drivers.answers["quick"].set_result(VIEW)
            await settle()
        assert drivers.asked.count(("slow", True)) == 1
        assert drivers.asked.count(("quick", False)) == 3
        assert watch.views == {"quick": VIEW}
        drivers.answering_s["slow"] = 12.4
        assert [str(age) for age in watch.ages(0.0).values()] == [
            "its driver has not answered for 12 s"
        ]
        drivers.answers["slow"].set_result(VIEW)
        await settle()
        assert watch.views == {"slow": VIEW, "quick": VIEW}
        # It has ended: what is under way is not waited for any more, and nothing is kept of it.
        watch.turn(group, ["slow"], [])
        watch.turn(group, [], [])
        await settle()
        assert watch.views == {}
    assert changes


def test_how_old_what_a_driver_said_is():
    assert driver_age(4.9, None) is driver_age(0.0, 2.9) is None
    assert str(driver_age(12.7, None)) == "as of 12 s ago"
    assert str(driver_age(75.0, 7.2)) == (
        "as of 1 min 15 s ago; its driver has not answered for 7 s"
    )

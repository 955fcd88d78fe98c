"""When no stage ran: where in an application the driver worked or waited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pitui.domain.bottleneck.attribution.idle_cores import interval
from pitui.domain.bottleneck.task_record import ApplicationRecord


@dataclass(frozen=True, slots=True)
class Pause:
    """A time between two stages in which none ran."""

    seconds: float
    following: int
    """Id of the stage that began then."""


@dataclass(frozen=True, slots=True)
class DriverTime:
    """The seconds in which no stage ran, by where they lie."""

    before: float = 0.0
    """Before the first stage, without the start of executors."""
    pauses: tuple[Pause, ...] = ()
    after: float = 0.0
    """After the last stage."""

    @property
    def between(self) -> float:
        """Return the seconds of all pauses."""
        return sum(pause.seconds for pause in self.pauses)


def driver_time(record: ApplicationRecord, around: float) -> DriverTime:
    """Return it of an application.

    `around` are the seconds without starting, before the first stage and after the last.
    """
    times = sorted((*interval(stage, record), stage.stage.id) for stage in record.stages)
    if not times:
        return DriverTime(after=around)
    pauses = []
    latest = times[0][1]
    for begins, ends, following in times:
        if begins > latest:
            pauses.append(Pause(begins - latest, following))
        latest = max(latest, ends)
    after = min(around, max(0.0, record.ended_at - latest))
    return DriverTime(around - after, tuple(pauses), after)


def driver_times_together(times: Sequence[DriverTime]) -> DriverTime:
    """Return that of several parts of an application as one."""
    return DriverTime(
        sum(one.before for one in times),
        tuple(_pauses(times)),
        sum(one.after for one in times),
    )


def _pauses(times: Iterable[DriverTime]) -> Iterable[Pause]:
    for one in times:
        yield from one.pauses

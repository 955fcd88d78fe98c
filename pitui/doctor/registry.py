"""Every check, group by group, in the order in which a person would look."""

from collections.abc import Sequence

from pitui.config.did_you_mean import did_you_mean
from pitui.doctor.check import Check
from pitui.doctor.checks import (
    access,
    app,
    disk,
    drift,
    eventlog,
    heat,
    java,
    logs,
    memory,
    names,
    network,
    ports,
    power,
    python,
    reach,
    security,
    spark,
    system,
    time,
)
from pitui.domain.errors import UsageError

CHECKS: tuple[Check, ...] = (
    *reach.CHECKS,
    *names.CHECKS,
    *ports.CHECKS,
    *spark.CHECKS,
    *java.CHECKS,
    *python.CHECKS,
    *system.CHECKS,
    *memory.CHECKS,
    *disk.CHECKS,
    *eventlog.CHECKS,
    *power.CHECKS,
    *heat.CHECKS,
    *network.CHECKS,
    *time.CHECKS,
    *access.CHECKS,
    *security.CHECKS,
    *drift.CHECKS,
    *app.CHECKS,
    *logs.CHECKS,
)


def chosen_checks(only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return the checks that are wanted, by id or by group (`names`).

    Raises:
        UsageError: a word is neither, or no check is left.
    """
    known = [*dict.fromkeys(c.group for c in CHECKS), *(c.id for c in CHECKS)]
    for word in (*only, *skip):
        if word not in known:
            hint = did_you_mean(word, known)
            raise UsageError(f"unknown check {word!r}{hint}", f"There are: {', '.join(known)}.")
    wanted = [c for c in CHECKS if not only or c.id in only or c.group in only]
    left = tuple(c for c in wanted if c.id not in skip and c.group not in skip)
    if not left:
        raise UsageError("--skip leaves no check")
    return left

"""Every check: one line each, in the order in which a person would look."""

from collections.abc import Sequence

from pitui.config.did_you_mean import did_you_mean
from pitui.doctor.check import Check
from pitui.doctor.checks import (
    disk_space,
    java_differs,
    java_missing,
    java_unfit,
    memory_worker_too_large,
    names_loopback,
    spark_unregistered,
)
from pitui.domain.errors import UsageError

CHECKS: tuple[Check, ...] = (
    names_loopback.CHECK,
    spark_unregistered.CHECK,
    java_missing.CHECK,
    java_unfit.CHECK,
    java_differs.CHECK,
    memory_worker_too_large.CHECK,
    disk_space.CHECK,
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

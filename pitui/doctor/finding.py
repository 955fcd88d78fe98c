"""What a check says: findings, and where it could not look."""

from dataclasses import dataclass

from pitui.doctor.finding_fix import Fix
from pitui.doctor.severity import FindingSeverity


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A line of a log that shows a finding."""

    find: tuple[str, ...]
    """Regular expressions for the line, the best first; of several lines the last is meant."""
    logs: tuple[str, ...] = ()
    """The logs, as `pitui logs` names them; empty: those of the finding's node or application."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `check` and `why` are filled in from the check."""

    severity: FindingSeverity
    title: str
    """What is so, with the figures, without the node's name."""
    fix: str
    """A command or setting that can be pasted; `{nodes}` stands for the names of its nodes."""
    node: str | None = None
    application: str | None = None
    """The id of the application."""
    detail: str = ""
    several: str = ""
    """The title without figures, where the same on several nodes has one cause; else empty."""
    about: str = ""
    """Tells findings of one check on one node apart, such as the file system."""
    check: str = ""
    why: str = ""
    fixed_by: Fix | None = None
    """What `--fix` does about it; None where pitui cannot, or may not, mend it."""
    log: FindingLine | None = None
    """Where a log shows it; None where none is known to."""


@dataclass(frozen=True, slots=True)
class SkippedCheck:
    """A check that could not look, everywhere or on one node."""

    reason: str
    node: str | None = None
    check: str = ""


def finding(
    severity: FindingSeverity, title: str, fix: str | Fix, **more: str | Fix | FindingLine | None
) -> Finding:
    """Return a finding; a `Fix` is what mends it, and says by itself how to type that."""
    if isinstance(fix, Fix):
        more["fixed_by"], fix = fix, fix.commands
    return Finding(severity, title, fix, **more)  # type: ignore[arg-type]


def error(title: str, fix: str | Fix, **more: str | Fix | FindingLine | None) -> Finding:
    """Return a finding of something that does not work."""
    return finding(FindingSeverity.ERROR, title, fix, **more)


def warning(title: str, fix: str | Fix, **more: str | Fix | FindingLine | None) -> Finding:
    """Return a finding of something that works badly, or will not work."""
    return finding(FindingSeverity.WARNING, title, fix, **more)


def info(title: str, fix: str | Fix, **more: str | Fix | FindingLine | None) -> Finding:
    """Return a finding that is only worth knowing."""
    return finding(FindingSeverity.INFO, title, fix, **more)

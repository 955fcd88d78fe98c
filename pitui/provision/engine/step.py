"""One step of provisioning: check -> plan -> apply -> verify."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pitui.provision.engine.node_context import NodeContext


class State(StrEnum):
    """What a look at a node found."""

    OK = "ok"
    """Nothing to do."""
    WOULD_CHANGE = "would-change"
    UNKNOWN = "unknown"
    """It depends on something that is not there yet; applying finds out."""
    SKIPPED = "skipped"
    """Not wanted here; the detail says why."""
    BLOCKED = "blocked"
    """Needs an administrator; `admin` says what they have to do."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found, and what would change."""

    state: State
    detail: str = ""
    """One line: what is so, or what would be done."""
    diff: str | None = None
    """A unified diff, where files would change."""
    admin: str = ""
    """Commands for an administrator, where root is needed and there is none."""
    advice: str = ""
    """What a person may want to do besides."""
    data: object = None
    """Whatever `apply` needs of what `check` found; only its own step looks at it."""


def ok(detail: str = "") -> CheckResult:
    """Return the finding that nothing has to be done."""
    return CheckResult(State.OK, detail)


def skipped(detail: str) -> CheckResult:
    """Return the finding that the step is not wanted here."""
    return CheckResult(State.SKIPPED, detail)


def unknown_until_applied(detail: str) -> CheckResult:
    """Return the finding that it cannot be known without changing something first."""
    return CheckResult(State.UNKNOWN, detail)


def would_change(
    detail: str, *, diff: str | None = None, admin: str = "", data: object = None
) -> CheckResult:
    """Return the finding that something has to be done."""
    return CheckResult(State.WOULD_CHANGE, detail, diff or None, admin, data=data)


class Step(ABC):
    """One idempotent piece of provisioning; an instance holds no state of any node.

    The engine (`pitui.provision.engine.provisioning`) calls `check`; where that finds something to
    do, `apply` and `verify`. A step may be interrupted at any point of `apply`, and is then checked
    again by the next run. Errors are raised as `PituiError`s, a lost link is the engine's to deal
    with.
    """

    id: str
    title: str
    needs: tuple[str, ...] = ()
    """Ids of earlier steps; where one of them failed on a node, this one is skipped there."""
    needs_root: bool = True
    """Whether `apply` needs root; where there is none, what `check` finds is for an administrator.
    A step that can do without on some nodes says False and looks at `site.may_root` itself."""

    disturbs = False
    """Whether what runs on the node may notice; from the first such step on, nodes that go one
    after the other wait for their turn."""
    prepares = False
    """Whether `prepare` does something; it is called on all nodes at once where they are then
    changed one after the other."""

    @abstractmethod
    async def check(self, ctx: "NodeContext") -> CheckResult:
        """Read the node and change nothing.

        Raises:
            PituiError: it cannot be read, or can never be brought about there.
        """

    async def prepare(self, ctx: "NodeContext", finding: CheckResult) -> None:  # noqa: B027
        """Do the part of `apply` that nothing on the node notices; see `prepares`.

        Raises:
            PituiError: it could not be done.
        """

    @abstractmethod
    async def apply(self, ctx: "NodeContext", finding: CheckResult) -> None:
        """Bring about what `check` found missing.

        Raises:
            PituiError: it could not be done; says what to do about it.
        """

    async def verify(self, ctx: "NodeContext") -> CheckResult:
        """Read again after `apply`; whatever is then not OK or SKIPPED has failed."""
        return await self.check(ctx)

    async def remove(self, ctx: "NodeContext", others: Mapping[str, "NodeContext"]) -> str:  # noqa: ARG002
        """Take a node out of the cluster: undo on it and on the others what names it.

        Returns:
            What was done, in a few words; empty where there was nothing to do.
        """
        return ""

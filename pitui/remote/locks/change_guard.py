"""What stands before every command that changes something on a node."""

from collections.abc import Awaitable, Callable

from pitui.domain.errors import ReadOnlyError

Check = Callable[[str], Awaitable[None]]
"""Called with a node's name; raises a `NodeError` where nothing may be changed there now."""


class ChangeGuard:
    """Refuses changes while read-only, and where another check does.

    All that goes to a node passes here, in `ConnectionPool` and in `Web`: a command that does not
    say that it only reads counts as one that changes something.
    """

    def __init__(self, *, read_only: bool = False) -> None:
        self.read_only = read_only
        self.checks: list[Check] = []

    async def pass_change(self, node: str) -> None:
        """Return where something may be changed on a node.

        Raises:
            ReadOnlyError: nothing may be.
            NodeError: a check forbids it.
        """
        if self.read_only:
            raise ReadOnlyError(node)
        for check in self.checks:
            await check(node)

"""Commands as root, or as another user, by sudo without a password."""

import re

from pitui.domain.errors import Failure, NodeError
from pitui.remote.quoting import quote
from pitui.remote.runner import RUN_LIMIT, Result, Runner

# sudo -n exits with 1 and says one of these, depending on its version and on requiretty.
_PASSWORD = re.compile(
    r"^sudo: .*(a password is required|a terminal is required|no tty)", re.MULTILINE
)


def with_sudo(command: str, user: str | None = None) -> str:
    """Return a command line that runs another as root, or as `user`, and never asks."""
    as_user = f"-H -u {quote(user)} " if user is not None else ""
    # In English, so that what it says can be recognised.
    return f"LC_ALL=C sudo -n {as_user}sh -c {quote(command)}"


def wants_password(result: Result) -> bool:
    """Whether a command that was run by `with_sudo` failed because sudo wants a password."""
    return not result.ok and _PASSWORD.search(result.stderr) is not None


async def run_sudo(
    runner: Runner,
    command: str,
    *,
    user: str | None = None,
    stdin: bytes | None = None,
    limit: float = RUN_LIMIT,
) -> Result:
    """Run a command as root, or as `user`; see `Runner.run`.

    Raises:
        NodeError: sudo wants a password; its failure is `SUDO_PASSWORD`.
    """
    result = await runner.run(with_sudo(command, user), stdin=stdin, limit=limit)
    if wants_password(result):
        raise NodeError(
            runner.node,
            "sudo needs a password",
            "Allow it without one: put `USER ALL=(ALL) NOPASSWD: ALL` into a file in "
            "/etc/sudoers.d on the node.",
            Failure.SUDO_PASSWORD,
        )
    return result

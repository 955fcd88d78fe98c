"""Command lines as root, or as another user, by sudo without a password."""

from pitui.remote.quoting import quote


def with_sudo(command: str, user: str | None = None) -> str:
    """Return a command line that runs another as root, or as `user`, and never asks."""
    as_user = f"-H -u {quote(user)} " if user is not None else ""
    # In English, so that what it says can be recognised.
    return f"LC_ALL=C sudo -n {as_user}sh -c {quote(command)}"

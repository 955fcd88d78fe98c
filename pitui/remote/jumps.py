"""Jump hosts as ProxyJump writes them."""

import re
from dataclasses import replace

from pitui.domain.errors import Failure
from pitui.remote import failures
from pitui.remote.ssh_options import Wanted

_JUMP = re.compile(r"(?:ssh://)?(?:(?P<user>.+)@)?(?P<host>\[[^\]]+\]|[^:@]+)(?::(?P<port>\d+))?/?")


def parse_jump(text: str, target: Wanted) -> Wanted:
    """Return the machine that `[user@]host[:port]` names, on the way to `target`.

    Its user, port and key come from its own section of ~/.ssh/config, as with ssh.

    Raises:
        LinkError: it makes no sense.
    """
    match = _JUMP.fullmatch(text)
    if match is None:
        message = f"ProxyJump {text!r} in ~/.ssh/config makes no sense"
        raise failures.link_error(target.node, Failure.PROTOCOL, message, "Write [user@]host:port.")
    return replace(
        target,
        host=match["host"].strip("[]"),
        user=match["user"],
        port=int(match["port"]) if match["port"] else None,
        identity=None,
    )

"""Installing packages of the node's own distribution (Debian's tools: apt and dpkg)."""

import asyncio
import time
from collections.abc import Sequence

from pitui.domain.errors import NodeError
from pitui.domain.text.printable import last_lines, printable
from pitui.provision.engine.node_context import NodeContext
from pitui.remote.quoting import quote
from pitui.remote.runner import Result

LIMIT = 1800.0
"""Seconds for an installation on a slow board over a slow line."""

_LOCK = 300
"""Seconds to wait while something else installs (unattended-upgrades at the first boot)."""

_AGAIN_AFTER = 10.0
_LOCKED = "E: Could not get lock"
"""How apt gives up; that it waits for dpkg's lock it says in the same words, without the `E:`."""

_APT = (
    "DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -q -y "
    f"-o DPkg::Lock::Timeout={_LOCK} -o Acquire::Retries=0 -o Acquire::http::Timeout=20 "
    "-o Acquire::https::Timeout=20 -o Dpkg::Options::=--force-confdef "
    "-o Dpkg::Options::=--force-confold"
)


async def install(ctx: NodeContext, names: Sequence[str]) -> None:
    """Install packages, from the node's own sources; repairs an installation that broke off.

    Raises:
        NodeError: they cannot be installed; says what apt said.
    """
    words = quote(*names)
    if not (await ctx.run("command -v apt-get >/dev/null")).ok:
        message = f"cannot install {', '.join(names)}: the node has no apt-get"
        raise NodeError(ctx.name, message, "Install it yourself, and run this again.")
    get = f"{_APT} install --no-install-recommends {words}"
    # A power cut may have left dpkg in the middle; lists may be missing or old.
    text = (
        f"exec </dev/null; dpkg --configure -a >&2; {get} >&2 && exit; "
        f"{_APT} update >&2; {_APT} --fix-broken install >&2; {get} >&2"
    )
    result = await _unless_locked(ctx, text)
    if not result.ok:
        message, advice = _apt_error(result.stderr, names), _install_advice(result.stderr)
        raise NodeError(ctx.name, message, advice, said=last_lines(result.stderr))


async def _unless_locked(ctx: NodeContext, text: str) -> Result:
    """Run it, and again while something else uses apt's lists: apt waits for dpkg's lock alone."""
    until = time.monotonic() + _LOCK
    while True:
        result = await ctx.root(text, limit=LIMIT)
        if result.ok or _LOCKED not in result.stderr or time.monotonic() > until:
            return result
        ctx.say("waiting for another package installation to finish")
        await asyncio.sleep(_AGAIN_AFTER)


def _apt_error(output: str, names: Sequence[str]) -> str:
    errors = [line[3:] for line in output.splitlines() if line.startswith("E: ")]
    said = "; ".join(dict.fromkeys(errors[-3:])) or output.strip()[-300:]
    return printable(f"cannot install {', '.join(names)}: {said}")


def _install_advice(output: str) -> str:
    if _LOCKED in output:
        return "Another package installation is running there; try again when it has finished."
    if "enough free space" in output or "No space left" in output:
        return "Free some disk space on the node; `df -h` shows where."
    if "Unable to locate" in output or "no installation candidate" in output:
        return "None of this node's package sources has it."
    if "resolving" in output or "Could not connect" in output or "Failed to fetch" in output:
        return "The node cannot reach its package sources."
    return "Try this on the node: sudo apt-get install -f"

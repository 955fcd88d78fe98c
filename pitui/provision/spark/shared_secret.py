"""The secret that daemons and applications of a cluster share: which one, and whether there is one.

Spark has one for all (`spark.authenticate.secret`) and no way to let in who does not have it yet:
a master that asks for it loses every worker that was started without it. So it comes and goes only
where all daemons start with it, and a node that is provisioned alone does as the master's node.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pitui.config.nodes import env_text
from pitui.domain.errors import NodeError, PituiError
from pitui.domain.secret_names import secret_id
from pitui.domain.text.printable import printable
from pitui.provision.engine.files_step import read_as_root
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.spark.conf_folder import conf_folder
from pitui.provision.spark.daemons import daemons_of
from pitui.provision.spark.running_daemons import running
from pitui.provision.support.managed_block import block_lines, with_block, without_block
from pitui.remote.fanout import fan_out
from pitui.spark.properties import parse_properties

ON = "spark.authenticate"
SECRET = "spark.authenticate.secret"  # noqa: S105 - the setting's name
BLOCK = "authentication"
"""Our block of spark-defaults.conf and of spark-env.sh."""

FILES = ("spark-defaults.conf", "spark-env.sh")
_BYTES = 32


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """What the nodes of a cluster are to have; `value` is None for none."""

    value: str | None = None
    note: str = ""
    """Why it is not as the configuration says, or what a change of it brings."""

    @property
    def id(self) -> str:
        """What tells it from others without giving it away; `none` without one."""
        return "none" if self.value is None else secret_id(self.value)

    def __repr__(self) -> str:
        """Return it without its value."""
        return f"SharedSecret({self.id})"


@dataclass(frozen=True, slots=True)
class _FoundSecret:
    """What a node has."""

    has_conf: bool
    """Whether provisioning was here before."""
    value: str | None

    def __repr__(self) -> str:
        return f"_FoundSecret({self.has_conf}, {self.value and secret_id(self.value)})"


async def shared_secret(context: ProvisionContext) -> SharedSecret:
    """Return what all nodes are to have, found out once.

    Raises:
        PituiError: the master's node cannot be read.
    """
    return await context.once("shared secret", lambda: _decide_secret(context))


async def given_by_hand(ctx: NodeContext) -> dict[str, str]:
    """Return what a person set of it, in the configuration or on the node.

    Raises:
        NodeError: the node's file cannot be read.
    """
    path = f"{await conf_folder(ctx)}/spark-defaults.conf"
    text = await read_as_root(ctx, path) or ""
    for name in ("conf", "sizing", BLOCK):
        text = without_block(text, name)
    try:
        said = parse_properties(text)
    except ValueError as error:
        raise NodeError(ctx.name, f"{path}: {printable(str(error))}") from error
    said |= env_text(ctx.context.config.spark.defaults)
    return {name: said[name] for name in (ON, SECRET) if name in said}


async def _decide_secret(context: ProvisionContext) -> SharedSecret:
    found = await fan_out(context.contexts, lambda name: _read_secret(context.contexts[name]))
    master = found[context.master.name]
    if isinstance(master, PituiError):
        raise master
    said = await given_by_hand(context.contexts[context.master.name])
    if SECRET in said or said.get(ON, "true").lower() != "true":
        return SharedSecret(None)
    wanted = context.config.spark.secure
    if wanted == (master.value is not None):
        return SharedSecret(master.value)
    others = [one for one in found.values() if isinstance(one, _FoundSecret)]
    if reason := await _why_no_change(context, found):
        state = "off" if master.value is None else "on"
        return SharedSecret(master.value, f"it stays {state}: {reason}")
    note = "applications that run end with it" if context.restarts else ""
    if not wanted:
        return SharedSecret(None, note)
    # A master's node that was set up anew takes what its workers have.
    kept = next((one.value for one in others if one.value is not None), None)
    return SharedSecret(kept or secrets.token_hex(_BYTES), note)


async def _why_no_change(
    context: ProvisionContext, found: "dict[str, _FoundSecret | PituiError]"
) -> str:
    """Return why the secret cannot come or go in this run; empty where it can."""
    left_out = [
        name
        for name, one in found.items()
        if name not in context.taking_part
        and (isinstance(one, PituiError) or one.has_conf)
        and not (context.config.spark.secure and isinstance(one, _FoundSecret) and one.value)
    ]
    if left_out:
        return f"it changes on all nodes at once, and this run leaves out {', '.join(left_out)}"
    if context.restarts:
        return ""
    busy = await fan_out(context.contexts, lambda name: _runs_a_daemon(context.contexts[name]))
    active = [name for name, runs in busy.items() if runs is True]
    if active:
        return f"daemons run on {', '.join(active)}; `pitui provision --rolling` changes it"
    return ""


async def _read_secret(ctx: NodeContext) -> _FoundSecret:
    path = f"{await conf_folder(ctx)}/spark-defaults.conf"
    text = await read_as_root(ctx, path) or ""
    lines = block_lines(text, BLOCK)
    value = parse_properties("\n".join(lines)).get(SECRET) if lines else None
    return _FoundSecret(block_lines(text, "conf") is not None, value)


async def _runs_a_daemon(ctx: NodeContext) -> bool:
    return any([(await running(ctx, one)).pid is not None for one in await daemons_of(ctx)])


async def keep_secret(ctx: NodeContext, change: Callable[[], Awaitable[str]]) -> str:
    """Change which Spark a node uses; the new one's conf files then have the secret of the old.

    Raises:
        PituiError: the change failed, or the files cannot be written.
    """
    root = await ctx.may_root()
    path, env = [f"{await conf_folder(ctx)}/{name}" for name in FILES]
    before = {file: await read_as_root(ctx, file) or "" for file in (path, env)}
    state = (await ctx.file_states([path])).get(path, "")
    said = await change()
    for file, text in before.items():
        there = await read_as_root(ctx, file) or ""
        new = with_block(there, BLOCK, block_lines(text, BLOCK) or ())
        if new == there:
            continue
        mode, _, owner = state.partition(" ") if file == path else ("", "", "")
        await ctx.write_file(
            file,
            new,
            mode=int(mode, 8) if mode else None,
            owner=(owner or None) if root else None,
            root=root,
            keep_old=False,
        )
    return said

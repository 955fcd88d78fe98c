"""Key login: a node that still wants its password takes our public key."""

from pitui.domain.errors import Failure, HostKeyChangedError, LinkError, NodeError
from pitui.provision.engine.node_context import NodeContext, no_commands
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.remote.prompts import ChangedKey
from pitui.remote.quoting import quote

_TRIES = 3
_OTHERS_LIMIT = 3.0
"""Seconds that a question waits for other nodes which may want a password too."""

# What ssh-copy-id does; the permissions are those that sshd's StrictModes wants.
_INSTALL = """\
umask 077
cd || exit
key=$(cat)
mkdir -p .ssh || exit
chmod 700 .ssh
f=.ssh/authorized_keys
if ! grep -qxF -- "$key" "$f" 2>/dev/null; then
  if [ -s "$f" ] && [ -n "$(tail -c 1 "$f")" ]; then echo >> "$f"; fi
  printf '%s\\n' "$key" >> "$f" || exit
fi
chmod 600 "$f"
chmod go-w .
if command -v restorecon >/dev/null 2>&1; then restorecon -F .ssh "$f" 2>/dev/null; fi
sync "$f" 2>/dev/null || :
"""


class AccessStep(Step):
    """Key login, and the host key of a machine that was replaced."""

    id = "access"
    title = "key login"
    needs_root = False

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Log in by key; a password that is wanted and a changed host key can be dealt with."""
        try:
            machine = await ctx.machine()
        except HostKeyChangedError as error:
            detail = f"{error.message}: pitui will ask whether the machine was replaced"
            return would_change(detail, data=error)
        except LinkError as error:
            if error.failure is not Failure.AUTH_FAILED:
                raise
            return would_change(await self._plan(ctx, error), data=error)
        how = "this machine" if ctx.node.local else f"logs in as {machine.user} by key"
        return ok(f"{how}, {machine.release} on {machine.arch}")

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Trust the new host key if a person says so, and install our key by password."""
        error = finding.data
        if isinstance(error, HostKeyChangedError):
            await _replace(ctx, error)
            try:
                await ctx.machine()
            except LinkError as after:
                if after.failure is not Failure.AUTH_FAILED:
                    raise
            else:
                return
        await _install(ctx)

    async def _plan(self, ctx: NodeContext, error: LinkError) -> str:
        key = await ctx.context.connections.own_key(ctx.name, make=False)
        which = f"the key {_key_comment(key)}" if key else "a new key (you have none)"
        return f"{error.message}: pitui will ask for the password once and install {which}"


STEP = AccessStep()


async def _replace(ctx: NodeContext, error: HostKeyChangedError) -> None:
    known_in = error.message.partition(" is not the one in ")[2].partition(" (")[0]
    kind = error.key.partition(" ")[0]
    port = ctx.node.port or 22
    question = ChangedKey(ctx.name, ctx.node.host, port, kind, error.fingerprint, known_in)
    if not await ctx.context.prompter.replaced(question):
        raise error
    await ctx.context.connections.replace_host_key(ctx.name, error)


async def _install(ctx: NodeContext) -> None:
    context, logins = ctx.context, ctx.context.logins
    logins.wants([ctx.name])
    await context.gather(AccessStep.id, ctx.name, None, _OTHERS_LIMIT)
    own = await context.connections.own_key(ctx.name, make=True)
    if own is None:
        raise NodeError(ctx.name, "there is no key to install", "Create one: ssh-keygen -t ed25519")
    tried: list[str] = []
    while len(tried) < _TRIES:
        password = await logins.another(tried)
        if password is None:
            break
        tried.append(password)
        ctx.say("logging in with the password")
        try:
            result = await context.connections.with_password(
                ctx.name, password, f"sh -c {quote(_INSTALL)}", own.encode()
            )
        except LinkError as error:
            if error.failure is not Failure.AUTH_FAILED:
                raise
            continue
        if "assword change required" in result.stderr:
            raise no_commands(ctx.node, result)
        if not result.ok:
            raise ctx.file_error("~/.ssh/authorized_keys", result)
        logins.fits(ctx.name, password)
        context.connections.retry(ctx.name)
        ctx.forget()
        return
    why = "it accepted none of the passwords given" if tried else "none was given"
    advice = "Give it when you are asked, or install a key with ssh-copy-id."
    message = f"the node needs a password, and {why}"
    raise LinkError(ctx.name, Failure.AUTH_FAILED, message, advice)


def _key_comment(key: str) -> str:
    words = key.split(None, 2)
    return words[2] if len(words) > 2 else words[0]

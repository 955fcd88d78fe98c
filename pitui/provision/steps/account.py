"""The account that Spark's daemons run as, and its key from the master's node to the others."""

from collections.abc import Mapping
from dataclasses import dataclass

from pitui.domain.errors import NodeError, PituiError
from pitui.facts.account import Account, account_command, closed_command, parse_account
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.provision.spark.spark_home import home_of
from pitui.provision.support.diffs import diff
from pitui.provision.support.managed_block import with_block, without_block
from pitui.remote.quoting import quote

REMARK = "Apache Spark, managed by pitui"
"""The comment of accounts that pitui made."""

_BLOCK = "the key of Spark's account on the master's node"
_KEY_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")


@dataclass(frozen=True, slots=True)
class _AccountPlan:
    user: str
    create: bool = False
    home: bool = False
    lock: bool = False
    make_key: bool = False
    authorize: bool = False
    closed: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        what = (self.create, self.home, self.lock, self.make_key, self.authorize, self.closed)
        return any(what)


class AccountStep(Step):
    """Account, group and home of `spark.user`; key login from the master's node to the others."""

    id = "account"
    title = "account"
    needs = ("access",)
    needs_root = False

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Read the account's entries, and whether its key is where it should be."""
        user = await ctx.spark_user()
        account = await read_account(ctx, user)
        machine = await ctx.machine()
        wanted = ctx.context.config.spark.user
        remark = ""
        if wanted not in (None, user):
            remark = f"; {wanted} would need root, which is not available"
        plan, detail, shown = await self._plan(ctx, user, account)
        if not plan.anything:
            return ok(f"{user} runs Spark, home {account.home or machine.home}{detail}{remark}")
        admin = f"useradd --create-home --user-group {user}" if plan.create else ""
        return would_change(detail + remark, diff=shown, admin=admin, data=plan)

    async def _plan(
        self, ctx: NodeContext, user: str, account: Account
    ) -> tuple[_AccountPlan, str, str | None]:
        own_login = user == (await ctx.machine()).user
        create = not account.exists
        home = account.exists and not account.home_is_there
        lock = not own_login and account.can_log_in(made_by=REMARK)
        todo = [f"makes the account {user} without a password"] if create else []
        todo += [f"makes its home {account.home}"] if home else []
        todo += [f"locks the password of {user}"] if lock else []
        make_key, authorize, remark, shown = await self._keys(ctx, user, account)
        todo += [f"makes an SSH key for {user}"] if make_key else []
        todo += [remark] if authorize else []
        closed = () if own_login else await _closed(ctx, user)
        todo += [f"lets {user} through {folder} (chmod o+x)" for folder in closed]
        plan = _AccountPlan(user, create, home, lock, make_key, authorize, closed)
        return plan, ", ".join(todo) if plan.anything else remark, shown

    async def _keys(
        self, ctx: NodeContext, user: str, account: Account
    ) -> tuple[bool, bool, str, str | None]:
        """Return whether a key is to be made, or to be let in, and what to say about it."""
        context = ctx.context
        if not context.config.provision.spark_ssh or len(context.nodes) < 2:
            return False, False, "", None
        if ctx.node.is_master:
            return await account_public_key(ctx, user, account) is None, False, "", None
        return await self._let_in(ctx, user, account)

    async def _let_in(
        self, ctx: NodeContext, user: str, account: Account
    ) -> tuple[bool, bool, str, str | None]:
        """Return what `_keys` does for a node that the master's key is for."""
        context = ctx.context
        try:
            key = await self._key_of_master(ctx)
        except PituiError as error:
            return False, False, f"; no key from {context.master.name}: {error.message}", None
        where = f"the key of Spark's account on {context.master.name}"
        if key is None:
            if context.master.name in context.taking_part:
                return False, True, f"lets in {where}", None
            return False, False, f"; {where} is not there yet", None
        path = f"{account.home or f'/home/{user}'}/.ssh/authorized_keys"
        old = await _read_of_user(ctx, user, path) if account.exists else None
        new = with_block(old or "", _BLOCK, [key])
        if new == old:
            return False, False, f"; {context.master.name} can log in as it", None
        return False, True, f"lets in {where}", diff(path, old, new)

    async def _key_of_master(self, ctx: NodeContext) -> str | None:
        """Return the key that the master's account logs in with, None where it has none yet."""
        master = ctx.context.contexts[ctx.context.master.name]
        user = await master.spark_user()
        return await account_public_key(master, user, await read_account(master, user))

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Make what is missing; an account that a person made keeps what it has."""
        plan = finding.data
        if not isinstance(plan, _AccountPlan):
            raise TypeError("not this step's finding")
        user = plan.user
        if plan.create:
            group = "--gid" if (await read_account(ctx, user)).group_exists else "--user-group"
            name = [user] if group == "--gid" else []
            words = [group, *name, "--create-home", "--shell", "/bin/bash", "--comment", REMARK]
            await ctx.as_root(f"useradd {quote(*words, user)}")
        account = await read_account(ctx, user)
        if not account.home_is_there and account.home:
            words_home = quote(account.home)
            owner = quote(f"{account.uid}:{account.gid}")
            await ctx.as_root(f"mkdir -p -m 0750 -- {words_home} && chown {owner} {words_home}")
        if plan.lock:
            await ctx.as_root(f"passwd -l {quote(user)}")
        if plan.closed:
            await ctx.as_root(f"chmod o+x -- {quote(*plan.closed)}")
        if plan.make_key:
            await _as(ctx, user, _MAKE_KEY)
        if plan.authorize:
            await self._authorize(ctx, user, account)

    async def remove(self, ctx: NodeContext, others: Mapping[str, NodeContext]) -> str:  # noqa: ARG002
        """Take the master's key out of the node's account."""
        user = await ctx.spark_user()
        account = await read_account(ctx, user)
        path = f"{account.home}/.ssh/authorized_keys"
        old = await _read_of_user(ctx, user, path) if account.exists else None
        new = without_block(old or "", _BLOCK)
        if old is None or new == old:
            return ""
        own = user == (await ctx.machine()).user
        await ctx.write_file(path, new, root=not own, keep_old=False)
        return f"{ctx.context.master.name} can no longer log in as {user}"

    async def _authorize(self, ctx: NodeContext, user: str, account: Account) -> None:
        master = ctx.context.master.name
        ctx.say(f"waiting for the key of Spark's account on {master}")
        await ctx.context.passed(self.id, [master])
        key = await self._key_of_master(ctx)
        if key is None:
            message = f"Spark's account on {master} has no SSH key"
            raise NodeError(ctx.name, message, f"Provision {master} first.")
        path = f"{account.home}/.ssh/authorized_keys"
        old = await _read_of_user(ctx, user, path) or ""
        await _as(ctx, user, "umask 077; mkdir -p ~/.ssh && chmod 700 ~/.ssh")
        own = user == (await ctx.machine()).user
        await ctx.write_file(
            path,
            with_block(old, _BLOCK, [key]),
            mode=0o600,
            owner=None if own else f"{account.uid}:{account.gid}",
            root=not own,
        )


STEP = AccountStep()

_MAKE_KEY = (
    "umask 077; mkdir -p ~/.ssh && chmod 700 ~/.ssh && "
    # An interrupted ssh-keygen may have left the private key without its public part.
    "{ [ ! -s ~/.ssh/id_ed25519 ] || ssh-keygen -y -P '' -f ~/.ssh/id_ed25519 "
    "> ~/.ssh/id_ed25519.pub 2>/dev/null || rm -f ~/.ssh/id_ed25519; } && "
    "{ [ -s ~/.ssh/id_ed25519 ] || "
    'ssh-keygen -q -t ed25519 -N "" -C "spark@$(uname -n)" -f ~/.ssh/id_ed25519; }'
)


async def _closed(ctx: NodeContext, user: str) -> tuple[str, ...]:
    """Return the folders on the way to Spark's home that its account cannot pass."""
    said = await ctx.root(closed_command(await home_of(ctx), user))
    return tuple(line for line in said.stdout.splitlines() if line.startswith("/"))


async def read_account(ctx: NodeContext, user: str) -> Account:
    """Return what a node knows of an account; its password's state only where root can be had."""
    command = account_command(user)
    own = user == (await ctx.machine()).user
    use_root = not own and await ctx.may_root()
    result = await (ctx.root if use_root else ctx.run)(command)
    return parse_account(result.stdout)


async def account_public_key(ctx: NodeContext, user: str, account: Account) -> str | None:
    """Return the key that an account logs in with elsewhere, None where it has none."""
    if not account.exists or not account.home:
        return None
    for name in _KEY_NAMES:
        text = await _read_of_user(ctx, user, f"{account.home}/.ssh/{name}.pub")
        words = (text or "").split(None, 2)
        if len(words) >= 2 and words[0].startswith(("ssh-", "ecdsa-", "sk-")):
            return " ".join(words).strip()
    return None


async def _read_of_user(ctx: NodeContext, user: str, path: str) -> str | None:
    own = user == (await ctx.machine()).user
    return await ctx.read_text(path, root=not own)


async def _as(ctx: NodeContext, user: str, command: str) -> None:
    """Run a command as Spark's account."""
    if user == (await ctx.machine()).user:
        await ctx.ask(command)
        return
    inner = f"HOME=$(getent passwd {quote(user)} | cut -d: -f6); export HOME; {command}"
    await ctx.as_root(
        f"cd / && setpriv --reuid={quote(user)} --regid=$(id -g {quote(user)}) --init-groups "
        f"sh -c {quote(inner)}"
    )

"""secret: daemons and applications have to know the secret that all nodes share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pitui.domain.errors import NodeError
from pitui.domain.secret_names import SECRET_ID, holds_secret
from pitui.provision.engine.files_step import FilesStep, Text, read_as_root
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, State, would_change
from pitui.provision.spark.conf_folder import (
    CLOSED_MODE,
    block,
    conf_folder,
    env_holds_secrets,
    env_mode,
)
from pitui.provision.spark.shared_secret import (
    BLOCK,
    ON,
    SECRET,
    SharedSecret,
    given_by_hand,
    shared_secret,
)
from pitui.provision.spark.spark_home import home_of, run_on
from pitui.provision.support.managed_block import block_lines
from pitui.remote.quoting import quote
from pitui.spark.properties import property_lines

_FORGET = rf"""
for file in "$home"/conf/spark-defaults.conf "$home"-*/conf/spark-defaults.conf; do
  grep -qs '^{SECRET.replace(".", "[.]")} ' "$file" || continue
  sed -i '/>>> managed by pitui: {BLOCK} >>>/,/<<< managed by pitui: {BLOCK} <<</d' "$file"
  echo "$file"
done
"""


@dataclass(frozen=True, slots=True)
class _SubmitGroup:
    """The group that may read the secret, and submit."""

    name: str
    is_shared: bool = False
    """Whether others than the login user are in it, as far as its name tells."""


class SecretStep(FilesStep):
    """Writes the secret where Spark's account and the group that may submit read it, alone."""

    id = "secret"
    title = "shared secret"
    needs = ("conf",)
    disturbs = True

    async def texts(self, ctx: NodeContext) -> list[Text]:
        """Return spark-defaults.conf with the secret, and spark-env.sh with what it is known by."""
        folder, secret = await conf_folder(ctx), await shared_secret(ctx.context)
        lines = await _secret_lines(ctx, secret)
        path = f"{folder}/spark-defaults.conf"
        defaults = await block(ctx, path, BLOCK, lines, mode=CLOSED_MODE if lines else None)
        env_file = f"{folder}/spark-env.sh"
        known = block_lines(await read_as_root(ctx, env_file) or "", BLOCK) is not None
        # Daemons that were started with another one, or none, are told by it.
        now = secret.id if lines else "none"
        shown = [f"export {SECRET_ID}={now}"] if lines or known else []
        texts = [defaults, await block(ctx, env_file, BLOCK, shown, mode=env_mode(ctx))]
        return [text for text in texts if text.new or text.old is not None]

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare the files, and then who may read those with secrets."""
        finding = await super().check(ctx)
        closed = await _files_with_secrets(ctx)
        if closed:
            group = await _submit_group(ctx)
            states = await ctx.file_states(list(closed))
            owner = f"{await ctx.spark_user()}:{group.name}"
            opened = [path for path in closed if states.get(path) != f"{closed[path]:o} {owner}"]
            if finding.state is State.OK and opened:
                finding = would_change(f"lets only {owner} read {' and '.join(opened)}", data=[])
            if group.is_shared:
                advice = (
                    f"Everybody in the group {group.name} can read the secret; "
                    "spark.submit_group names another."
                )
                finding = replace(finding, advice=advice)
        return finding

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Write the files, and close those with secrets."""
        await super().apply(ctx, finding)
        closed = await _files_with_secrets(ctx)
        if not closed:
            return
        owner = quote(f"{await ctx.spark_user()}:{(await _submit_group(ctx)).name}")
        close = " && ".join(
            f"chown -- {owner} {quote(path)} && chmod {mode:o} -- {quote(path)}"
            for path, mode in closed.items()
        )
        if await ctx.may_root():
            await ctx.as_root(close)
        else:
            await ctx.ask(close)

    async def owner(self, ctx: NodeContext) -> str | None:
        """Return Spark's account."""
        return f"{await ctx.spark_user()}:"

    async def summary(self, ctx: NodeContext) -> str:
        """Return whether Spark asks for a secret."""
        secret = await shared_secret(ctx.context)
        if not await _secret_lines(ctx, secret) and (given := await given_by_hand(ctx)):
            return f"{' and '.join(given)} as you set it"
        said = "Spark asks for no secret" if secret.value is None else "one secret on all nodes"
        return f"{said}; {secret.note}" if secret.note else said

    async def remove(self, ctx: NodeContext, others: Mapping[str, NodeContext]) -> str:  # noqa: ARG002
        """Take the secret off the node, from the folders of other versions too."""
        home = quote(await home_of(ctx))
        said = await run_on(ctx, f"home={home}\n{_FORGET}")
        return "the cluster's secret is no longer on it" if said.strip() else ""


async def _secret_lines(ctx: NodeContext, secret: SharedSecret) -> list[str]:
    """Return what we write; a person's settings win."""
    said = await given_by_hand(ctx)
    if secret.value is None or SECRET in said or said.get(ON, "true").lower() != "true":
        return []
    return property_lines({ON: "true", SECRET: secret.value})


async def _files_with_secrets(ctx: NodeContext) -> dict[str, int]:
    """Return the paths of what we write secrets to, with the mode that each should have."""
    folder, files = await conf_folder(ctx), {}
    ours = await _secret_lines(ctx, await shared_secret(ctx.context))
    if ours or any(map(holds_secret, ctx.context.config.spark.defaults)):
        files[f"{folder}/spark-defaults.conf"] = CLOSED_MODE
    if env_holds_secrets(ctx):
        files[f"{folder}/spark-env.sh"] = env_mode(ctx)
    return files


async def _submit_group(ctx: NodeContext) -> _SubmitGroup:
    """Return the group that may submit: the configured one, or the login user's own."""
    configured = ctx.context.config.spark.submit_group
    if configured is not None:
        if not (await ctx.run(f"getent group {quote(configured)}")).ok:
            message = f"there is no group {configured}"
            advice = f"Make it (groupadd {configured}), or set spark.submit_group."
            raise NodeError(ctx.name, message, advice)
        return _SubmitGroup(configured)
    machine, account = await ctx.machine(), await ctx.spark_user()
    # Root reads it anyway.
    user = account if machine.uid == 0 else machine.user
    name = (await ctx.ask(f"id -gn -- {quote(user)}")).strip()
    return _SubmitGroup(name, is_shared=name not in (machine.user, account))


STEP = SecretStep()

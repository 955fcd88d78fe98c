"""The conf folder of a node's Spark, and which Spark it is going to be."""

from pitui.domain.errors import NodeError, PituiError
from pitui.domain.secret_names import holds_secret
from pitui.provision.engine.files_step import Text, read_as_root
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.spark.archive_source import fetched_already, obtain
from pitui.provision.spark.spark_home import home_of, installed
from pitui.provision.support.managed_block import with_block, without_block
from pitui.spark.properties import parse_properties

CLOSED_MODE = 0o640
"""Of spark-defaults.conf with secrets in it."""


def env_holds_secrets(ctx: NodeContext) -> bool:
    """Whether `spark.env` gives the node a secret, as a key of a cloud's storage."""
    return any(map(holds_secret, ctx.node.env))


def env_mode(ctx: NodeContext) -> int:
    """Return the mode of spark-env.sh, which others may read where it holds no secret."""
    return 0o750 if env_holds_secrets(ctx) else 0o755


async def conf_folder(ctx: NodeContext) -> str:
    """Return the path of a node's conf folder."""
    return f"{await home_of(ctx)}/conf"


async def spark_version(ctx: NodeContext) -> str:
    """Return the Spark that is, or with a plan is going to be, on a node.

    Raises:
        PituiError: nobody can tell.
    """
    config = ctx.context.config
    found = (await installed(ctx)).version
    if found and not ctx.context.plan:
        return found
    if config.spark.version:
        return config.spark.version
    if config.spark.archive and fetched_already(config):
        archive = await ctx.context.once(
            "archive", lambda: obtain(config, lambda _what, _how: None)
        )
        return archive.version
    if found:
        return found
    raise PituiError("the Spark version is unknown until its archive is fetched")


async def properties(ctx: NodeContext, *, without: str = "") -> dict[str, str]:
    """Return the settings of spark-defaults.conf, or those outside of one of our blocks.

    Raises:
        NodeError: Spark could not read the file either.
    """
    path = f"{await conf_folder(ctx)}/spark-defaults.conf"
    text = await read_as_root(ctx, path) or ""
    try:
        return parse_properties(without_block(text, without) if without else text)
    except ValueError as error:
        raise NodeError(ctx.name, f"{path}: {error}", "Spark cannot read it.") from error


async def block(
    ctx: NodeContext,
    path: str,
    name: str,
    lines: list[str],
    *,
    mode: int | None = None,
    before: str = "",
) -> Text:
    """Return a file with a managed block holding these lines; `before` starts a new file."""
    old = await read_as_root(ctx, path)
    new = with_block(before if old is None else old, name, lines)
    return Text(path, old, new, mode)

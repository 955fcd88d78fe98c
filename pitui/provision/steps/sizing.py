"""sizing: cores and memory that fit the board, and executors that fit the smallest worker."""

import re

from pitui.domain.errors import NodeError, PituiError
from pitui.domain.sizing import fitting_executor_memory_mib
from pitui.provision.engine.files_step import FilesStep, Text, read_as_root
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.spark.conf_folder import block, conf_folder
from pitui.provision.spark.worker_sizes import Sizes, sizes_of
from pitui.provision.support.managed_block import without_block
from pitui.remote.fanout import fan_out
from pitui.spark.properties import parse_properties, property_lines

_ASSIGNED = re.compile(r"^\s*(?:export\s+)?([A-Z_]+)=", re.MULTILINE)
_BY_ENVIRONMENT = {
    "SPARK_EXECUTOR_MEMORY": "spark.executor.memory",
    "SPARK_DRIVER_MEMORY": "spark.driver.memory",
}


class SizingStep(FilesStep):
    """Writes what the worker offers, and what applications ask for by default."""

    id = "sizing"
    title = "cores and memory"
    needs = ("spark", "conf")
    disturbs = True

    async def texts(self, ctx: NodeContext) -> list[Text]:
        """Return the two files with the figures."""
        folder = await conf_folder(ctx)
        lines = []
        if ctx.node.is_worker:
            sizes = sizes_of(ctx.node, await ctx.machine())
            lines = [
                f"# {sizes.because}",
                f"export SPARK_WORKER_CORES={sizes.cores}",
                f"export SPARK_WORKER_MEMORY={sizes.memory_mib}m",
            ]
            if "SPARK_DAEMON_MEMORY" not in ctx.node.env:
                lines.append("export SPARK_DAEMON_MEMORY=${SPARK_DAEMON_MEMORY:-256m}")
        return [
            await block(ctx, f"{folder}/spark-env.sh", "sizing", lines, mode=0o755),
            await self._defaults(ctx, f"{folder}/spark-defaults.conf"),
        ]

    async def owner(self, ctx: NodeContext) -> str | None:
        """Return Spark's account."""
        return f"{await ctx.spark_user()}:"

    async def summary(self, ctx: NodeContext) -> str:
        """Return the figures with their arithmetic."""
        if not ctx.node.is_worker:
            return "no worker here"
        sizes = sizes_of(ctx.node, await ctx.machine())
        return f"{sizes.cores} cores, {sizes.memory_mib}m ({sizes.because}){sizes.warning}"

    async def _defaults(self, ctx: NodeContext, path: str) -> Text:
        """Return spark-defaults.conf; what a person or the configuration says counts."""
        others = without_block(await read_as_root(ctx, path) or "", "sizing")
        try:
            said = {*parse_properties(others), *ctx.context.config.spark.defaults}
        except ValueError as error:
            raise NodeError(ctx.name, f"{path}: {error}", "Spark cannot read it.") from error
        executor = await ctx.context.once("executor memory", lambda: _executor_memory(ctx))
        wanted = {}
        if executor is not None:
            wanted = {
                "spark.executor.memory": f"{executor}m",
                "spark.driver.memory": f"{executor}m",
            }
        said |= await self._said_by_environment(ctx)
        lines = property_lines({name: v for name, v in wanted.items() if name not in said})
        return await block(ctx, path, "sizing", lines)

    async def _said_by_environment(self, ctx: NodeContext) -> set[str]:
        """Return the properties that spark-env.sh sets by variables, over which ours would win."""
        text = await read_as_root(ctx, f"{await conf_folder(ctx)}/spark-env.sh") or ""
        names = {*_ASSIGNED.findall(text), *ctx.node.env}
        return {_BY_ENVIRONMENT[name] for name in names & _BY_ENVIRONMENT.keys()}


async def _executor_memory(ctx: NodeContext) -> int | None:
    """Return what an executor may ask for and run on every worker that can be asked."""
    context = ctx.context

    async def offered(name: str) -> Sizes:
        there = context.contexts[name]
        return sizes_of(there.node, await there.machine())

    workers = [name for name, node in context.nodes.items() if node.is_worker]
    found = await fan_out(workers, offered)
    known = [sizes.memory_mib for sizes in found.values() if not isinstance(sizes, PituiError)]
    away = [context.nodes[name] for name, sizes in found.items() if isinstance(sizes, PituiError)]
    known += [node.worker_memory_mib for node in away if node.worker_memory_mib]
    return fitting_executor_memory_mib(known)


STEP = SizingStep()

"""conf: spark-env.sh, spark-defaults.conf, workers, logging, and the folders that they name."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pitui.config.nodes import env_text
from pitui.domain.errors import PituiError
from pitui.domain.secret_names import holds_secret
from pitui.provision.engine.files_step import FilesStep, Text, read_as_root
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.run_on_all import run_on_all
from pitui.provision.engine.step import CheckResult, State, would_change
from pitui.provision.network.addresses import address_of
from pitui.provision.network.fixed_ports import FIXED_PORTS, ports_are_fixed
from pitui.provision.spark.conf_folder import (
    CLOSED_MODE,
    block,
    conf_folder,
    env_mode,
    properties,
    spark_version,
)
from pitui.provision.spark.folders import (
    Folders,
    folder_in_words,
    folders_of,
    make_required_folders,
)
from pitui.provision.spark.java_choice import java_home
from pitui.provision.spark.spark_home import home_of, installed, run_on
from pitui.provision.support.managed_block import block_lines, with_block
from pitui.remote.quoting import quote
from pitui.spark.conf_files import MARK, env_lines, log_files, numbers, workers_name
from pitui.spark.daemons.scratch_space import (
    CLEAN_NAME,
    CLEAN_SCRIPT,
    Scratch,
    clean_command,
    scratch_lines,
)
from pitui.spark.properties import property_lines

_EXECUTOR_LOGS = {
    "spark.executor.logs.rolling.strategy": "size",
    "spark.executor.logs.rolling.maxSize": "16777216",
    "spark.executor.logs.rolling.maxRetainedFiles": "5",
}
_REST = "spark.master.rest.enabled"
_EVENT_LOGS = "spark.eventLog.dir"
_HISTORY_LOGS = "spark.history.fs.logDirectory"


class ConfStep(FilesStep):
    """Writes Spark's conf files; what a person wrote beside our blocks stays."""

    id = "conf"
    title = "Spark's configuration"
    needs = ("spark",)
    disturbs = True

    async def texts(self, ctx: NodeContext) -> list[Text]:
        """Return the files of Spark's conf folder as they are and as they should be."""
        folder, version = await conf_folder(ctx), await spark_version(ctx)
        folders, spark = await folders_of(ctx), ctx.context.config.spark
        scratch = folders.scratch
        env = env_lines(version, await self._environment(ctx, version))
        env += scratch_lines(scratch, folders.given)
        texts = [
            await block(
                ctx,
                f"{folder}/spark-env.sh",
                "conf",
                env,
                # The step secret then says who may read what holds secrets.
                mode=env_mode(ctx),
                before="#!/usr/bin/env bash\n",
            ),
            await block(
                ctx,
                f"{folder}/spark-defaults.conf",
                "conf",
                await self._defaults(ctx, version, scratch),
                mode=CLOSED_MODE if any(map(holds_secret, spark.defaults)) else None,
            ),
            await block(
                ctx, f"{folder}/{workers_name(version)}", "workers", await _worker_hosts_wanted(ctx)
            ),
        ]
        for name, text in (log_files(version) | {CLEAN_NAME: MARK + CLEAN_SCRIPT}).items():
            old = await read_as_root(ctx, f"{folder}/{name}")
            own = old is not None and not old.startswith(MARK)
            texts.append(Text(f"{folder}/{name}", old, old if own and old else text))
        return texts

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare the folders, and then the files."""
        finding = await super().check(ctx)
        found = await folders_of(ctx)
        wrong = [folder_in_words(folder, found.user) for folder in found.wrong]
        if wrong:
            makes = f"make {', '.join(wrong)}"
            both = finding.state is State.WOULD_CHANGE
            detail = f"{makes}; {finding.detail}" if both else makes
            data = finding.data if both else []
            finding = would_change(detail, diff=finding.diff, data=data)
        return replace(finding, advice=await _conf_advice(ctx, found))

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Make the folders that the files name, then write the files."""
        await make_required_folders(ctx)
        await super().apply(ctx, finding)

    async def owner(self, ctx: NodeContext) -> str | None:
        """Return Spark's account."""
        return f"{await ctx.spark_user()}:"

    async def summary(self, ctx: NodeContext) -> str:
        """Return the addresses that matter."""
        return f"this node is {await address_of(ctx.context, ctx.name)}"

    async def remove(self, ctx: NodeContext, others: Mapping[str, NodeContext]) -> str:
        """Take the node out of the others' lists of workers, and its empty folders away."""
        gone = await address_of(ctx.context, ctx.name)
        done = await run_on_all(others, lambda other: _remove_from_workers(other, gone))
        said = [f"out of the workers file on {', '.join(done)}"] if done else []
        try:
            said += [f"removed {path}" for path in await _without_folders(ctx)]
        except PituiError as error:
            ctx.say(f"its folders stay: {error.message}")
        return "; ".join(said)

    async def _environment(self, ctx: NodeContext, version: str) -> dict[str, str]:
        config, node = ctx.context.config, ctx.node
        master = config.spark.master
        master_host = master.host or await address_of(ctx.context, ctx.context.master.name)
        values = {
            "SPARK_LOCAL_IP": await address_of(ctx.context, ctx.name),
            "SPARK_PUBLIC_DNS": await address_of(ctx.context, ctx.name),
            "SPARK_MASTER_HOST": master_host,
            "SPARK_MASTER_PORT": str(master.port),
            "SPARK_MASTER_WEBUI_PORT": str(master.webui_port),
            "SPARK_WORKER_WEBUI_PORT": str(node.worker_webui_port),
            "JAVA_HOME": await java_home(ctx, version),
        }
        return {name: value for name, value in values.items() if value} | node.env

    async def _defaults(self, ctx: NodeContext, version: str, scratch: Scratch) -> list[str]:
        spark = ctx.context.config.spark
        host = spark.master.host or await address_of(ctx.context, ctx.context.master.name)
        url = {"spark.master": f"spark://{host}:{spark.master.port}"} if host else {}
        # Without it neither master nor worker knows decommissioning, which came with 3.1.
        drains = {"spark.decommission.enabled": "true"} if numbers(version) >= (3, 1) else {}
        # On by itself before 2.4 and from 4.1 on, and asks nobody for a key (SPARK-51165).
        chosen = _EXECUTOR_LOGS | drains | {_REST: "false"}
        by_hand = set(await properties(ctx, without="conf"))
        are_fixed = FIXED_PORTS.keys() <= (await properties(ctx)).keys() - by_hand
        if await ports_are_fixed(ctx.context, are_now=are_fixed):
            chosen |= FIXED_PORTS
        said = by_hand | set(spark.defaults)
        if not said & {_EVENT_LOGS, _HISTORY_LOGS}:
            events = Path(scratch.events).as_uri()
            chosen |= {_EVENT_LOGS: events, _HISTORY_LOGS: events}
        kept = {name: value for name, value in chosen.items() if name not in by_hand}
        return property_lines(url | kept | env_text(spark.defaults))


async def _worker_hosts_wanted(ctx: NodeContext) -> list[str]:
    workers = [name for name, node in ctx.context.nodes.items() if node.is_worker]
    return [found for name in workers if (found := await address_of(ctx.context, name))]


async def _remove_from_workers(ctx: NodeContext, gone: str | None) -> bool:
    """Take an address out of a node's list of workers; say whether it was there."""
    version = (await installed(ctx)).version
    if not version:
        return False
    path = f"{await conf_folder(ctx)}/{workers_name(version)}"
    old = await read_as_root(ctx, path) or ""
    lines = block_lines(old, "workers") or []
    if gone not in lines:
        return False
    new = with_block(old, "workers", [line for line in lines if line != gone])
    await ctx.write_file(path, new, root=await ctx.may_root())
    return True


async def _conf_advice(ctx: NodeContext, found: Folders) -> str:
    """Return what a person should know about what they chose themselves."""
    words = []
    if found.of_ram:
        paths = ", ".join(found.of_ram)
        words.append(
            f"{paths} is in RAM: what Spark writes there reduces the memory for executors."
        )
    said = await properties(ctx) | env_text(ctx.context.config.spark.defaults)
    if ctx.node.is_master and said.get(_REST) == "true":
        words.append(
            f"{_REST} is true: port {said.get('spark.master.rest.port', 6066)} takes "
            "applications from anybody."
        )
    return " ".join(words)


async def _without_folders(ctx: NodeContext) -> list[str]:
    """Clean the folders that pitui chose and remove those that are empty then; return these."""
    found = await folders_of(ctx)
    scratch = found.scratch
    if not any(found.states[path].exists for path in (scratch.local, scratch.pids)):
        return []
    user = quote(found.user)
    clean = clean_command(await home_of(ctx))
    command = f"""
if [ "$(id -un)" = {user} ]; then {clean}; else runuser -u {user} -- {clean}; fi >/dev/null 2>&1
for path in {quote(scratch.local, scratch.pids, scratch.events)}; do
  rmdir -- "$path" 2>/dev/null && echo "$path"
done
rmdir -- {quote(str(PurePosixPath(scratch.local).parent))} 2>/dev/null
true"""
    return (await run_on(ctx, command)).splitlines()


STEP = ConfStep()

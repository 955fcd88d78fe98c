"""spark: the archive on the node, unpacked beside the others, and in use by one switched link."""

from dataclasses import dataclass
from pathlib import Path

from pitui.domain.errors import NodeError
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.provision_report import Transfer
from pitui.provision.engine.step import CheckResult, Step, ok, unknown_until_applied, would_change
from pitui.provision.spark.archive import Archive
from pitui.provision.spark.archive_source import fetched_already, obtain
from pitui.provision.spark.spark_home import (
    Installed,
    home_of,
    installed,
    run_on,
    switch_command,
    unpack_command,
    version_in,
)
from pitui.remote.copy.payload import Payload, need_room, refused
from pitui.remote.copy.receive_script import forget_command

UNPACK_LIMIT = 1800.0
"""Seconds to unpack and flush: a slow SD card writes 5 MB/s."""

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Install:
    archive: Archive
    found: Installed
    unpack: bool


class SparkStep(Step):
    """Brings the configured Spark to a node."""

    id = "spark"
    title = "Spark itself"
    needs = ("access", "account")
    disturbs = True
    needs_root = False
    prepares = True

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare what is installed with the configured archive."""
        spark = ctx.context.config.spark
        found = await installed(ctx)
        home = await home_of(ctx)
        if found.kind == "other":
            message = f"{home} exists and is neither a folder nor a link"
            raise NodeError(ctx.name, message, "Move it away, or set spark.home.")
        if spark.archive is None and (spark.version is None or found.version == spark.version):
            return _without_archive(ctx, found, home)
        if ctx.context.plan and not fetched_already(ctx.context.config):
            if spark.version and found.version == spark.version and found.whole:
                return ok(f"Spark {found.version}")
            what = f"Spark {spark.version}" if spark.version else "the archive"
            return unknown_until_applied(f"{what} was not fetched yet; {home} has {_has(found)}")
        archive = await ctx.context.once(
            "archive",
            lambda: obtain(ctx.context.config, lambda what, how: _report_push(ctx, what, how)),
        )
        return await _compare(ctx, found, archive, home)

    async def prepare(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Push and unpack beside what is in use."""
        if not isinstance(finding.data, _Install):
            finding = await self.check(ctx)
        if isinstance(finding.data, _Install) and finding.data.unpack:
            await _bring(ctx, finding.data, await home_of(ctx))

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Push, unpack and switch; each only where it is needed."""
        if not isinstance(finding.data, _Install):
            finding = await self.check(ctx)
        todo = finding.data
        if not isinstance(todo, _Install):
            return
        archive, home = todo.archive, await home_of(ctx)
        if todo.unpack:
            await _bring(ctx, todo, home)
        else:
            # An earlier try may have ended just before that.
            await _remove_pushed(ctx, archive)
        ctx.say(f"switching {home} to {archive.version}")
        await run_on(ctx, switch_command(home, archive.version, todo.found.version))


async def way_back(ctx: NodeContext) -> tuple[str, str]:
    """Return the version that is used on a node, and the one that was used before.

    Raises:
        NodeError: there is none.
    """
    home, found = await home_of(ctx), await installed(ctx)
    version = version_in(home, found.previous)
    if found.kind != "link" or not version or found.previous not in found.others:
        message = f"there is no previous version beside {home}"
        raise NodeError(ctx.name, message, "Install one: set spark.archive and run provision.")
    return found.version, version


async def roll_back(ctx: NodeContext) -> str:
    """Switch a node's home back to the version that was used before.

    Raises:
        NodeError: there is none.
    """
    now, before = await way_back(ctx)
    await run_on(ctx, switch_command(await home_of(ctx), before))
    return f"back from {now} to {before}"


def _without_archive(ctx: NodeContext, found: Installed, home: str) -> CheckResult:
    if found.version:
        return ok(f"Spark {found.version}, no archive is configured")
    message = f"{home} has {_has(found)}, but neither a version nor an archive is configured"
    advice = "Set spark.version to a release, or spark.archive to a file or an https URL."
    raise NodeError(ctx.name, message, advice)


async def _compare(ctx: NodeContext, found: Installed, archive: Archive, home: str) -> CheckResult:
    if found.kind == "folder" and found.version == archive.version and not found.archive:
        return ok(f"Spark {found.version}, put there by hand")
    owner = await ctx.spark_user()
    same = found.archive == archive.sha512 and found.whole
    at_place = found.target == f"{home}-{archive.version}" or found.kind == "folder"
    if same and at_place and found.owner == owner:
        return ok(f"Spark {found.version}")
    ready = await _is_installed(ctx, f"{home}-{archive.version}", archive)
    why = "damaged " if found.version == archive.version and not found.whole else ""
    if not found.writable and not await ctx.may_root():
        message = f"{ctx.node.user or 'the login'} is not allowed to create {home}"
        raise NodeError(
            ctx.name, message, "Set its spark_home to a folder it can write, such as ~/spark."
        )
    size = f" ({archive.size // _MIB} MiB)" if not ready else ", which is there already"
    detail = f"{why}{_has(found)} -> Spark {archive.version}{size}"
    return would_change(detail, data=_Install(archive, found, unpack=not ready))


async def _is_installed(ctx: NodeContext, folder: str, archive: Archive) -> bool:
    """Whether a version's folder is whole and from this archive."""
    from pitui.provision.spark.spark_home import find_installed_command, parse_installed

    there = parse_installed(await run_on(ctx, find_installed_command(folder), limit=60))
    owner = await ctx.spark_user()
    return there.archive == archive.sha512 and there.whole and there.owner == owner


def _report_push(ctx: NodeContext, what: str, how: Transfer | None) -> None:
    if how is None:
        ctx.say(what)
    else:
        ctx.progress(what, how)


def _has(found: Installed) -> str:
    if found.kind == "missing":
        return "no Spark"
    return f"Spark {found.version}" if found.version else "something other than Spark"


async def _bring(ctx: NodeContext, todo: _Install, home: str) -> None:
    """Push the archive and unpack it."""
    archive, found = todo.archive, todo.found
    if not found.writable and await ctx.may_root():
        raise refused(ctx.name, home, "Read-only file system")
    local = ctx.node.local
    need_room(ctx.name, home, archive.unpacked + (0 if local else archive.size), found.free)
    place = archive.path if local else await _push_archive(ctx, archive)
    ctx.say("unpacking")
    owner = await ctx.spark_user() if await ctx.may_root() else ""
    command = unpack_command(home, archive.version, place, archive.sha512, owner)
    try:
        await run_on(ctx, command, limit=UNPACK_LIMIT)
    except NodeError as error:
        if error.failure is None and ("No space" in error.message or "Read-only" in error.message):
            raise refused(ctx.name, home, error.said or error.message) from error
        raise
    await _remove_pushed(ctx, archive)


async def _remove_pushed(ctx: NodeContext, archive: Archive) -> None:
    """Remove the pushed archive from the node."""
    if not ctx.node.local:
        await ctx.run(forget_command(await _pushed_path(ctx, archive), archive.sha512))


async def _pushed_path(ctx: NodeContext, archive: Archive) -> str:
    """Return where an archive is pushed to: the login user's cache folder."""
    return f"{(await ctx.machine()).home}/.cache/pitui/{Path(archive.path).name}"


async def _push_archive(ctx: NodeContext, archive: Archive) -> str:
    """Push the archive and return its path there."""
    target = await _pushed_path(ctx, archive)
    payload = Payload(Path(archive.path), archive.size, archive.sha512)
    await ctx.deliver("pushing", payload, target, 0o600)
    return target


STEP = SparkStep()

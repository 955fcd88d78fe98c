"""spark: the archive on the node, unpacked beside the others, and in use by one switched link."""

from dataclasses import dataclass
from pathlib import Path

from pitui.domain.errors import NodeError
from pitui.provision.archive import Archive
from pitui.provision.archives import fetched_already, obtain
from pitui.provision.report import Transfer
from pitui.provision.site import Site
from pitui.provision.spark_home import (
    Installed,
    home_of,
    install_command,
    installed,
    run_on,
    switch_command,
    version_in,
)
from pitui.provision.step import Finding, Step, ok, unknown, would_change
from pitui.remote.parcel import Parcel, need_room, refused
from pitui.remote.push_script import forget_command

UNPACK_LIMIT = 1800.0
"""Seconds to unpack and flush: a slow SD card writes 5 MB/s."""

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Todo:
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

    async def check(self, site: Site) -> Finding:
        """Compare what is installed with the configured archive."""
        spark = site.shelf.config.spark
        found = await installed(site)
        home = await home_of(site)
        if found.kind == "other":
            message = f"{home} is there and is neither a folder nor a link"
            raise NodeError(site.name, message, "Move it away, or set spark.home.")
        if spark.archive is None and (spark.version is None or found.version == spark.version):
            return _without_archive(site, found, home)
        if site.shelf.plan and not fetched_already(site.shelf.config):
            if spark.version and found.version == spark.version and found.whole:
                return ok(f"Spark {found.version}")
            what = f"Spark {spark.version}" if spark.version else "the archive"
            return unknown(f"{what} was not fetched yet; {home} has {_has(found)}")
        archive = await site.shelf.once(
            "archive", lambda: obtain(site.shelf.config, lambda what, how: _told(site, what, how))
        )
        return await _compare(site, found, archive, home)

    async def prepare(self, site: Site, finding: Finding) -> None:
        """Push and unpack beside what is in use."""
        if not isinstance(finding.data, _Todo):
            finding = await self.check(site)
        if isinstance(finding.data, _Todo) and finding.data.unpack:
            await _bring(site, finding.data, await home_of(site))

    async def apply(self, site: Site, finding: Finding) -> None:
        """Push, unpack and switch; each only where it is needed."""
        if not isinstance(finding.data, _Todo):
            finding = await self.check(site)
        todo = finding.data
        if not isinstance(todo, _Todo):
            return
        archive, home = todo.archive, await home_of(site)
        if todo.unpack:
            await _bring(site, todo, home)
        else:
            # An earlier try may have ended just before that.
            await _forget(site, archive)
        site.say(f"switching {home} to {archive.version}")
        await run_on(site, switch_command(home, archive.version, todo.found.version))


async def way_back(site: Site) -> tuple[str, str]:
    """Return the version that is used on a node, and the one that was used before.

    Raises:
        NodeError: there is none.
    """
    home, found = await home_of(site), await installed(site)
    version = version_in(home, found.previous)
    if found.kind != "link" or not version or found.previous not in found.others:
        message = f"there is no previous version beside {home}"
        raise NodeError(site.name, message, "Install one: set spark.archive and run provision.")
    return found.version, version


async def roll_back(site: Site) -> str:
    """Switch a node's home back to the version that was used before.

    Raises:
        NodeError: there is none.
    """
    now, before = await way_back(site)
    await run_on(site, switch_command(await home_of(site), before))
    return f"back from {now} to {before}"


def _without_archive(site: Site, found: Installed, home: str) -> Finding:
    if found.version:
        return ok(f"Spark {found.version}, no archive is configured")
    message = f"{home} has {_has(found)}, and neither a version nor an archive is configured"
    advice = "Set spark.version to a release, or spark.archive to a file or an https URL."
    raise NodeError(site.name, message, advice)


async def _compare(site: Site, found: Installed, archive: Archive, home: str) -> Finding:
    if found.kind == "folder" and found.version == archive.version and not found.archive:
        return ok(f"Spark {found.version}, put there by hand")
    owner = await site.spark_user()
    same = found.archive == archive.sha512 and found.whole
    at_place = found.target == f"{home}-{archive.version}" or found.kind == "folder"
    if same and at_place and found.owner == owner:
        return ok(f"Spark {found.version}")
    ready = await _ready(site, f"{home}-{archive.version}", archive)
    why = "damaged " if found.version == archive.version and not found.whole else ""
    if not found.writable and not await site.may_root():
        message = f"{site.node.user or 'the login'} may not write where {home} is to be"
        raise NodeError(site.name, message, "Set its spark_home to a place of its own: ~/spark.")
    size = f" ({archive.size // _MIB} MiB)" if not ready else ", which is there already"
    detail = f"{why}{_has(found)} -> Spark {archive.version}{size}"
    return would_change(detail, data=_Todo(archive, found, unpack=not ready))


async def _ready(site: Site, folder: str, archive: Archive) -> bool:
    """Whether a version's folder is whole and from this archive."""
    from pitui.provision.spark_home import look_command, parse_installed

    there = parse_installed(await run_on(site, look_command(folder), limit=60))
    owner = await site.spark_user()
    return there.archive == archive.sha512 and there.whole and there.owner == owner


def _told(site: Site, what: str, how: Transfer | None) -> None:
    if how is None:
        site.say(what)
    else:
        site.progress(what, how)


def _has(found: Installed) -> str:
    if found.kind == "missing":
        return "no Spark"
    return f"Spark {found.version}" if found.version else "something that is no Spark"


async def _bring(site: Site, todo: _Todo, home: str) -> None:
    """Push the archive and unpack it."""
    archive, found = todo.archive, todo.found
    if not found.writable and await site.may_root():
        raise refused(site.name, home, "Read-only file system")
    local = site.node.local
    need_room(site.name, home, archive.unpacked + (0 if local else archive.size), found.free)
    place = archive.path if local else await _push(site, archive)
    site.say("unpacking")
    owner = await site.spark_user() if await site.may_root() else ""
    command = install_command(home, archive.version, place, archive.sha512, owner)
    try:
        await run_on(site, command, limit=UNPACK_LIMIT)
    except NodeError as error:
        if error.failure is None and ("No space" in error.message or "Read-only" in error.message):
            raise refused(site.name, home, error.said or error.message) from error
        raise
    await _forget(site, archive)


async def _forget(site: Site, archive: Archive) -> None:
    """Remove what was pushed."""
    if not site.node.local:
        await site.run(forget_command(await _place(site, archive), archive.sha512))


async def _place(site: Site, archive: Archive) -> str:
    """Return where an archive is pushed to: the login user's cache folder."""
    return f"{(await site.machine()).home}/.cache/pitui/{Path(archive.path).name}"


async def _push(site: Site, archive: Archive) -> str:
    """Push the archive and return its path there."""
    target = await _place(site, archive)
    parcel = Parcel(Path(archive.path), archive.size, archive.sha512)
    await site.deliver("pushing", parcel, target, 0o600)
    return target


STEP = SparkStep()

"""A Java that this Spark runs on: a good one is kept, else one is installed or pushed."""

import re
from dataclasses import dataclass
from pathlib import Path

from pitui.config.nodes import expand_path
from pitui.domain.errors import NodeError
from pitui.domain.text.printable import last_lines
from pitui.facts.runtimes.java_homes import PUSHED, PUSHED_HOME
from pitui.provision.engine import packages
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.provision.spark.java_choice import chosen, javas, spark_series
from pitui.remote.copy.payload import Payload
from pitui.remote.copy.receive_script import forget_command
from pitui.remote.quoting import quote, quote_path
from pitui.spark.java_versions import supported, versions_in_words


@dataclass(frozen=True, slots=True)
class _JavaInstall:
    """How a Java comes to a node."""

    package: str | None = None
    archive: Path | None = None


class JavaStep(Step):
    """Installs a Java runtime that the Spark version runs on."""

    id = "java"
    title = "Java"
    needs = ("access",)
    needs_root = False

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Look for a Java that Spark supports, wherever it lies."""
        majors = supported(spark_series(ctx.context.config))
        found = await javas(ctx)
        java = chosen(found, majors)
        if java is not None:
            return ok(f"Java {java.version} in {java.home}")
        way = await _way(ctx, majors)
        there = ", ".join(f"{f.version} in {f.home}" for f in found) or "none"
        why = f"wants Java {versions_in_words(majors)}, there is {there}"
        admin = f"apt-get install openjdk-{majors[0]}-jre-headless"
        if way is None:
            advice = (
                "Set provision.jdk to a JDK archive for pitui to push, or install Java yourself."
            )
            if not await ctx.may_root():
                advice += f" An administrator can: {admin}"
            raise NodeError(ctx.name, f"{why}, and none can be installed there", advice)
        how = f"installs {way.package}" if way.package else f"pushes {way.archive}"
        return would_change(f"{how}; {why}", admin=admin, data=way)

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Install the package; where that fails, push the archive if there is one."""
        way = finding.data
        if not isinstance(way, _JavaInstall):
            raise TypeError("not this step's finding")
        if way.package is not None:
            ctx.say(f"installing {way.package}")
            try:
                await packages.install(ctx, [way.package])
            except NodeError as error:
                if error.failure is not None or way.archive is None:
                    raise
            else:
                return
        if way.archive is not None:
            await _push_jdk(ctx, way.archive)

    async def verify(self, ctx: NodeContext) -> CheckResult:
        """Start it: what is damaged or for another processor does not run."""
        finding = await self.check(ctx)
        java = chosen(await javas(ctx), supported(spark_series(ctx.context.config)))
        if java is not None:
            result = await ctx.run(
                f"{quote(java.home)}/bin/java -XX:-UsePerfData -version", limit=60
            )
            if not result.ok:
                message = f"{java.home} does not run: {result.stderr.strip()[-300:]}"
                advice = "Remove it there, and run this again."
                raise NodeError(ctx.name, message, advice, said=last_lines(result.stderr))
        return finding


STEP = JavaStep()


async def _way(ctx: NodeContext, majors: tuple[int, ...]) -> _JavaInstall | None:
    archive = await _jdk_archive(ctx)
    package = await _package(ctx, majors) if await ctx.may_root() else None
    return _JavaInstall(package, archive) if package or archive else None


async def _jdk_archive(ctx: NodeContext) -> Path | None:
    wanted = ctx.context.config.provision.jdk
    if wanted is None:
        return None
    arch = (await ctx.machine()).package_arch
    path = expand_path(ctx.context.config.folder, wanted.replace("{arch}", arch))
    if not path.is_file():
        message = f"provision.jdk: there is no file {path}"
        raise NodeError(ctx.name, message, "Set it to a JDK archive on this machine.")
    return path


async def _package(ctx: NodeContext, majors: tuple[int, ...]) -> str | None:
    """Return the first package that the node's sources have.

    Lists that were never fetched have none; then the first is hoped for.
    """
    names = [f"openjdk-{major}-jre-headless" for major in majors]
    said = (await ctx.run(f"apt-cache policy {quote(*names)} 2>/dev/null")).stdout
    if not (await ctx.run("command -v apt-get >/dev/null")).ok:
        return None
    for name in names:
        match = re.search(
            rf"^{name}:\n  Installed: .*\n  Candidate: (?!\(none\))\S", said, re.MULTILINE
        )
        if match:
            return name
    lists = await ctx.run("ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1")
    return None if lists.ok else names[0]


async def _push_jdk(ctx: NodeContext, archive: Path) -> None:
    """Push a JDK archive and unpack it beside its final name; it is there as a whole or not."""
    root = await ctx.may_root()
    folder = PUSHED if root else PUSHED_HOME
    staged = f"~/.cache/pitui/{archive.name}"
    payload = await ctx.context.once(("parcel", archive), lambda: Payload.of(archive))
    await ctx.deliver("pushing the JDK", payload, staged)
    where, tar = quote_path(folder), '"$HOME"/' + quote(staged[2:])
    home = (await ctx.machine()).home
    tar = quote(f"{home}/{staged[2:]}") if root else tar
    text = (
        f'set -e; d={where}; mkdir -p "$d"; rm -rf "$d"/.part; mkdir "$d"/.part; '
        f'tar -xf {tar} --no-same-owner -C "$d"/.part; cd "$d"/.part; '
        'set -- */bin/java; [ -x "$1" ] || { echo "the archive holds no JDK" >&2; exit 1; }; '
        '"$1" -version >/dev/null 2>&1 || '
        '{ echo "it does not run here: for another processor?" >&2; exit 1; }; '
        'n=${1%%/*}; sync; rm -rf "$d/$n"; mv "$n" "$d/$n"; cd "$d"; rmdir .part'
    )
    ctx.say("unpacking the JDK")
    await (ctx.as_root(text, limit=300) if root else ctx.ask(text, limit=300))
    await ctx.run(forget_command(staged, payload.sha512))

"""service: master and worker start at boot and again after a failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pitui.domain.cluster import Role
from pitui.domain.text.number_words import listed
from pitui.provision.engine.files_step import Text, read_as_root
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, State, Step, ok, skipped, would_change
from pitui.provision.spark import user_service
from pitui.provision.spark.daemons import daemons_of
from pitui.provision.spark.running_daemons import Running, outdated_words, running
from pitui.provision.support.diffs import diff, joined
from pitui.remote.quoting import quote
from pitui.spark.daemons.start_script import CLASSES
from pitui.spark.daemons.unit_files import UNIT_MARK, UnitDaemon, unit_name, unit_text

_FOLDER = "/etc/systemd/system"
_MOVE_LIMIT = 90.0

_MOVE = r"""
unit=$1 pid=$2 class=$3
if grep -aqF "$class" "/proc/$pid/cmdline" 2>/dev/null; then
  kill "$pid"
  n=0
  while [ -d "/proc/$pid" ] && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.2; done
  [ ! -d "/proc/$pid" ] || { echo "process $pid does not end" >&2; exit 1; }
fi
systemctl start "$unit"
"""


@dataclass(slots=True)
class _Look:
    """How one daemon starts, and how it runs."""

    daemon: UnitDaemon
    text: Text
    now: Running

    @property
    def by_script(self) -> bool:
        """Whether Spark's own scripts started it."""
        return self.now.pid is not None and not self.now.by_unit

    @property
    def to_move(self) -> bool:
        """Whether its process can become the unit's without anybody losing anything."""
        return self.by_script and not self.now.in_use


@dataclass(slots=True)
class _UnitChanges:
    looks: list[_Look] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    """Units of ours for what the node does not run any more."""


class ServiceStep(Step):
    """Installs the units; without root see `pitui.provision.spark.user_service`."""

    id = "service"
    title = "start at boot"
    needs = ("spark", "conf", "secret", "sizing", "account")
    disturbs = True
    needs_root = False

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare units, whether they are enabled, and who started what runs."""
        daemons = await daemons_of(ctx)
        stale = await _stale_units(ctx, daemons) if await ctx.may_root() else []
        if not daemons and not stale:
            return skipped("it runs no daemon")
        if not await ctx.may_root():
            return await user_service.check_user_service(ctx, daemons)
        if not (await ctx.machine()).systemd:
            return CheckResult(
                State.BLOCKED, "there is no systemd", admin=user_service.by_hand(daemons)
            )
        looks = [await _check_unit(ctx, daemon) for daemon in daemons]
        masked = [one.daemon.unit for one in looks if one.now.masked]
        if masked:
            are, them = ("is", "it") if len(masked) == 1 else ("are", "them")
            why = f"{listed(masked)} {are} masked: somebody forbade systemd to start {them}"
            return CheckResult(
                State.BLOCKED, why, admin=f"sudo systemctl unmask {' '.join(masked)}"
            )
        advice = outdated_words(ctx, {one.daemon.role: one.now for one in looks})
        changes = [words for one in looks if (words := _todo_words(one))]
        changes += [f"stop and remove {unit}, which the config gives it no more" for unit in stale]
        if not changes:
            return replace(ok("; ".join(_unit_state_words(one) for one in looks)), advice=advice)
        shown = joined(*(diff(one.text.path, one.text.old, one.text.new) for one in looks))
        finding = would_change("; ".join(changes), diff=shown, data=_UnitChanges(looks, stale))
        return replace(finding, advice=advice)

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Write, enable, and move over what nobody uses."""
        todo = finding.data
        if not isinstance(todo, _UnitChanges):
            await user_service.apply_user_service(ctx, finding)
            return
        for unit in todo.stale:
            await _take_away(ctx, unit)
        for one in todo.looks:
            if one.text.old != one.text.new:
                path = one.text.path
                await ctx.write_file(path, one.text.new, mode=0o644, keep_old=False)
        await ctx.as_root("systemctl daemon-reload", limit=60)
        for one in todo.looks:
            unit = one.daemon.unit
            await ctx.as_root(f"systemctl --no-ask-password enable {quote(unit)}", limit=60)
            if one.to_move:
                ctx.say(f"moving the running {one.daemon.role} to {unit}")
                words = quote(unit, one.now.pid or 0, CLASSES[one.daemon.role])
                await ctx.as_root(f"sh -c {quote(_MOVE)} move {words}", limit=_MOVE_LIMIT)

    async def remove(self, ctx: NodeContext, others: Mapping[str, NodeContext]) -> str:  # noqa: ARG002
        """Stop the node's daemons and take away what starts them."""
        if not await ctx.may_root():
            return await user_service.remove_user_service(ctx)
        units = [daemon.unit for daemon in await daemons_of(ctx)]
        states = await ctx.file_states([f"{_FOLDER}/{unit}" for unit in units])
        for path in states:
            await _take_away(ctx, path.rpartition("/")[2])
        return f"stopped and removed {', '.join(units)}" if states else ""


async def _take_away(ctx: NodeContext, unit: str) -> None:
    """Stop a unit and remove it."""
    path = quote(f"{_FOLDER}/{unit}")
    await ctx.as_root(
        f"systemctl --no-ask-password disable --now {quote(unit)} && rm -f -- {path} "
        "&& systemctl daemon-reload",
        limit=_MOVE_LIMIT,
    )


async def _stale_units(ctx: NodeContext, daemons: list[UnitDaemon]) -> list[str]:
    """Return our units for roles that the node had and has no more."""
    now = {daemon.role for daemon in daemons}
    units = [unit_name(role) for role in Role if role not in now]
    texts = {unit: await read_as_root(ctx, f"{_FOLDER}/{unit}") or "" for unit in units}
    return [unit for unit, text in texts.items() if text.startswith(UNIT_MARK)]


def _todo_words(one: _Look) -> str:
    """Return what has to be done about a daemon; empty for nothing."""
    what = []
    if one.text.old != one.text.new:
        what.append("write")
    if not one.now.enabled:
        what.append("enable")
    if one.to_move:
        what.append("start by systemd what Spark's scripts started as")
    return f"{', '.join(what)} {one.daemon.unit}" if what else ""


def _unit_state_words(one: _Look) -> str:
    if not one.by_script:
        return f"{one.daemon.unit} starts at boot"
    return (
        f"{one.daemon.unit} starts at boot; until then Spark's scripts' process {one.now.pid} "
        f"goes on, for {one.now.in_use}"
    )


async def _check_unit(ctx: NodeContext, daemon: UnitDaemon) -> _Look:
    path = f"{_FOLDER}/{daemon.unit}"
    text = Text(path, await read_as_root(ctx, path), unit_text(daemon))
    return _Look(daemon, text, await running(ctx, daemon))


STEP = ServiceStep()

"""The clock: within two seconds of this machine's, and kept right by NTP."""

import time
from dataclasses import dataclass

from pitui.domain.errors import NodeError
from pitui.facts.time import CLOCK_COMMAND, Clock, parse_clock
from pitui.provision.engine import packages
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.remote.quoting import quote

LIMIT = 2.0
"""Seconds that a clock may differ."""


@dataclass(frozen=True, slots=True)
class _ClockSeen:
    clock: Clock
    off: float
    """Seconds by which the node's clock is ahead, as little as the measurement allows."""

    @property
    def right(self) -> bool:
        return abs(self.off) <= LIMIT

    @property
    def kept(self) -> bool:
        """Whether NTP runs; a container's clock is its host's, and no NTP runs in it."""
        return self.clock.container or bool(set(self.clock.active) & set(self.clock.enabled))


class TimeStep(Step):
    """Sees that the clock is right and kept so by NTP."""

    id = "time"
    title = "clock"
    needs = ("access",)

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare clocks, allowing for the time that the answer took."""
        seen = await _read_clock(ctx)
        todo = []
        if not seen.right:
            todo.append(f"sets the clock, {_offset_words(seen.off)}")
        if not seen.kept:
            todo.append("switches NTP on")
        if todo:
            admin = f"timedatectl set-ntp true; timedatectl set-time '{_time_now()}'"
            return would_change(", ".join(todo), admin=admin, data=seen)
        keeper = "its host keeps it" if seen.clock.container else seen.clock.active[0]
        return ok(f"within {LIMIT:g} s, {keeper.removesuffix('.service')}")

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Switch NTP on first, so that it does not undo what is set after it."""
        seen = finding.data
        if not isinstance(seen, _ClockSeen):
            raise TypeError("not this step's finding")
        if not seen.kept:
            await _switch_on(ctx, seen.clock)
        if not (await _read_clock(ctx)).right:
            await ctx.as_root(f"date -u -s @{time.time():.3f} >/dev/null")
            await ctx.root("hwclock -w 2>/dev/null")


STEP = TimeStep()


async def _read_clock(ctx: NodeContext) -> _ClockSeen:
    before = time.time()
    clock = parse_clock((await ctx.run(CLOCK_COMMAND)).stdout)
    after = time.time()
    if clock.seconds == 0:
        raise NodeError(ctx.name, "the node does not report its time (`date +%s.%N`)")
    # It was read at some moment in between.
    off = max(0.0, clock.seconds - after) or min(0.0, clock.seconds - before)
    return _ClockSeen(clock, off)


async def _switch_on(ctx: NodeContext, clock: Clock) -> None:
    if not clock.installed:
        ctx.say("installing systemd-timesyncd")
        await packages.install(ctx, ["systemd-timesyncd"])
        unit = "systemd-timesyncd.service"
    else:
        unit = next(iter(clock.enabled), clock.installed[0])
    await ctx.as_root(f"systemctl enable --now {quote(unit)}")


def _offset_words(off: float) -> str:
    return f"{abs(off):,.0f} s {'ahead' if off > 0 else 'behind'}"


def _time_now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")

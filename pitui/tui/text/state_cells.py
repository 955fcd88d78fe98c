"""States as a glyph and a word; colour only adds to them."""

from __future__ import annotations

from functools import cache

from pitui.domain.apps.run_state import RunState
from pitui.domain.cluster import ApplicationState, MasterState, Metrics, WorkerState
from pitui.domain.link import LinkState, LinkStatus
from pitui.domain.node_outcome import OutcomeState
from pitui.domain.spark_driver import DriverState
from pitui.tui.text.cells import DASH, Cell, Tone, cell, cells

_HOT_C, _WARM_C = 80.0, 70.0

_WAITING = ("◌", "waiting", Tone.WARN)
_RUNNING = ("▸", "running", Tone.ACCENT)
_DONE = ("✓", "done", Tone.GOOD)
_KILLED = ("■", "killed", Tone.DIM)
FAILED_STATE = ("✗", "failed", Tone.BAD)
CANCELLED_STATE = ("■", "cancelled", Tone.DIM)
"""What ends like this looks the same wherever it stands: a glyph, a word, a tone."""

_LINKS = {
    LinkState.CONNECTING: ("◌", "trying", Tone.DIM),
    LinkState.CONNECTED: ("●", "up", Tone.GOOD),
    LinkState.UNREACHABLE: ("○", "away", Tone.BAD),
    LinkState.REFUSED: ("○", "refused", Tone.BAD),
    LinkState.AUTH_FAILED: ("✗", "denied", Tone.BAD),
    LinkState.HOST_KEY_UNKNOWN: ("?", "new key", Tone.WARN),
    LinkState.HOST_KEY_CHANGED: ("✗", "key!", Tone.BAD),
}

LINK_MEANINGS = {
    LinkState.CONNECTING: "connecting",
    LinkState.CONNECTED: "connected",
    LinkState.UNREACHABLE: "unreachable",
    LinkState.REFUSED: "connection refused",
    LinkState.AUTH_FAILED: "authentication failed",
    LinkState.HOST_KEY_UNKNOWN: "host key unknown",
    LinkState.HOST_KEY_CHANGED: "host key changed",
}

_WORKERS = {
    WorkerState.ALIVE: ("●", "alive", Tone.GOOD),
    WorkerState.DEAD: ("✗", "dead", Tone.BAD),
    WorkerState.DECOMMISSIONED: ("◑", "decommissioned", Tone.WARN),
    WorkerState.STOPPED: ("○", "stopped", Tone.DIM),
    WorkerState.UNREGISTERED: ("◐", "unregistered", Tone.WARN),
}

_MASTERS = {
    MasterState.ALIVE: ("●", "alive", Tone.GOOD),
    MasterState.STANDBY: ("◐", "standby", Tone.WARN),
    MasterState.RECOVERING: ("◑", "recovering", Tone.WARN),
    MasterState.STOPPED: ("○", "stopped", Tone.BAD),
    MasterState.UNREACHABLE: ("✗", "unreachable", Tone.BAD),
    MasterState.UNKNOWN: ("◌", "asking", Tone.DIM),
}

_APPLICATIONS = {
    ApplicationState.WAITING: _WAITING,
    ApplicationState.RUNNING: _RUNNING,
    ApplicationState.FINISHED: _DONE,
    ApplicationState.FAILED: FAILED_STATE,
    ApplicationState.KILLED: _KILLED,
}

_DRIVERS = {
    DriverState.SUBMITTED: _WAITING,
    DriverState.RUNNING: _RUNNING,
    DriverState.RELAUNCHING: ("▸", "again", Tone.WARN),
    DriverState.FINISHED: _DONE,
    DriverState.KILLED: _KILLED,
    DriverState.FAILED: FAILED_STATE,
    DriverState.ERROR: ("✗", "error", Tone.BAD),
    DriverState.UNKNOWN: ("?", "unknown", Tone.DIM),
}

_RUNS = {
    RunState.RUNNING: _RUNNING,
    RunState.DONE: _DONE,
    RunState.FAILED: FAILED_STATE,
    RunState.CANCELLED: CANCELLED_STATE,
    RunState.LOST: ("?", "lost", Tone.WARN),
}

_OUTCOMES = {
    OutcomeState.WAITING: ("◌", "waiting", Tone.DIM),
    OutcomeState.WORKING: ("▸", "working", Tone.ACCENT),
    OutcomeState.OK: _DONE,
    OutcomeState.UNCHANGED: ("✓", "unchanged", Tone.DIM),
    OutcomeState.FAILED: FAILED_STATE,
    OutcomeState.UNREACHABLE: ("○", "unreachable", Tone.BAD),
    OutcomeState.CANCELLED: CANCELLED_STATE,
}

LEGEND = {
    "SSH": tuple(_LINKS.values()),
    "Workers": tuple(_WORKERS.values()),
    "Master": (("★", "runs the master", Tone.GOOD), ("☆", "should run it", Tone.BAD)),
    "Jobs": (*_APPLICATIONS.values(), _RUNS[RunState.CANCELLED], _RUNS[RunState.LOST]),
}
"""What the glyphs mean, for the help page."""


@cache
def glyph_cell(entry: tuple[str, str, Tone]) -> Cell:
    """Return a state, given as glyph, word and tone."""
    glyph, word, tone = entry
    return cells((f"{glyph} {word}", tone))


def link_cell(link: LinkStatus) -> Cell:
    """Return how the way to a node is."""
    return glyph_cell(_LINKS[link.state])


def worker_cell(state: WorkerState) -> Cell:
    """Return a worker's state."""
    return glyph_cell(_WORKERS[state])


def master_cell(state: MasterState) -> Cell:
    """Return the master's state."""
    return glyph_cell(_MASTERS[state])


def application_cell(state: ApplicationState) -> Cell:
    """Return an application's state."""
    return glyph_cell(_APPLICATIONS[state])


def driver_cell(state: DriverState) -> Cell:
    """Return a cluster-mode driver's state."""
    return glyph_cell(_DRIVERS[state])


def run_cell(state: RunState) -> Cell:
    """Return a run's state."""
    return glyph_cell(_RUNS[state])


def outcome_cell(state: OutcomeState) -> Cell:
    """Return how an action stands on one node."""
    return glyph_cell(_OUTCOMES[state])


def temperature_cell(metrics: Metrics) -> Cell:
    """Return degrees, with a `!` where the node says that it is throttled."""
    if metrics.temperature_c is None:
        return cell("!", Tone.WARN) if metrics.power_trouble else DASH
    hot = metrics.temperature_c >= _HOT_C
    warm = metrics.temperature_c >= _WARM_C or bool(metrics.power_trouble)
    tone = Tone.BAD if hot else Tone.WARN if warm else Tone.NORMAL
    return cells((f"{metrics.temperature_c:.0f}{'!' if metrics.power_trouble else ' '}", tone))

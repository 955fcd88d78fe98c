"""What starting and stopping one daemon have in common."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pitui.config.model import Node
from pitui.domain.cluster import DaemonProcess, MasterView, Role, Worker, WorkerState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import Failure, NodeError, NotSparkError, WebError
from pitui.domain.node_outcome import OutcomeState
from pitui.domain.text.printable import printable
from pitui.domain.workers import newest_by_host, preference, webui_port
from pitui.facts.network.address import Names, match_workers
from pitui.facts.sudo_rules import SUDO_COMMAND, parse_sudo
from pitui.services.cluster import Cluster
from pitui.spark.daemons.start_script import tail_command
from pitui.spark.daemons.systemd_units import (
    Unit,
    journal_command,
    parse_units,
    sudoers_line,
    unit_command,
    unit_commands,
    units_command,
)
from pitui.spark.logs.log_advice import explain, telling

LOG_LINES = 60
_FORBIDDEN = re.compile(
    r"sudo: .*(?:password|terminal|not allowed).*|.*authentication (?:is )?required.*|"
    r"Access denied|.*not in the sudoers file.*",
    re.IGNORECASE,
)
_QUICK = 3.0
"""Seconds for an answer of the master that is only asked for by the way."""
_SYSTEMD_LIMIT = 150.0
"""Seconds for systemctl, which waits for the unit: systemd's own limit is 90."""

Say = Callable[[str], None]
"""Reports what is being done."""


@dataclass(frozen=True, slots=True)
class DaemonResult:
    """How an action on one daemon ended well."""

    state: OutcomeState
    detail: str
    user: str | None = None
    """Who ran the daemon that was stopped."""


@dataclass(frozen=True, slots=True)
class DaemonAction:
    """One daemon that something is done to."""

    cluster: Cluster
    target: DaemonTarget
    say: Say

    @property
    def node(self) -> Node:
        """The daemon's node."""
        return self.cluster.node(self.target.node)

    @property
    def role(self) -> Role:
        """What the daemon is."""
        return self.target.role

    @property
    def sudo(self) -> bool:
        """Whether sudo may be used there."""
        return self.node.sudo != "none"

    async def read(self, command: str) -> str:
        """Run a command on the node that only reads and whose output says all; return that."""
        return (await self.cluster.runner(self.node.name).run(command, changes=False)).stdout

    async def units(self) -> tuple[Unit, ...]:
        """Return the systemd units that run this daemon, active ones first."""
        return parse_units(await self.read(units_command(self.role, self.node.spark_home)))

    async def check_restart(self) -> None:
        """See that what is stopped can be started again, before it is stopped.

        Raises:
            NodeError: its unit is masked, or sudoers do not allow both; says which.
        """
        units = await self.units()
        if not units:
            return
        self.refuse_masked(units[0])
        if self.node.sudo != "passwordless" or units[0].of_user:
            return
        rights = parse_sudo((await self.read(SUDO_COMMAND)).splitlines())
        wanted = unit_commands(units[0].name)
        refused = [command for command in wanted if not rights.allow(command)]
        if refused and rights.state == "some":
            raise NodeError(
                self.node.name,
                f"nothing was done: sudo does not allow `{refused[0]}` without a password there",
                f"Add to its sudoers: {sudoers_line(self.node.user or 'LOGIN', *wanted)}",
            )

    def refuse_masked(self, unit: Unit) -> None:
        """Refuse a unit that systemd would not start: somebody wants it so.

        Raises:
            NodeError: it is masked.
        """
        if unit.masked:
            user = "--user " if unit.of_user else ""
            sudo = "" if unit.of_user or not self.sudo else "sudo "
            raise NodeError(
                self.node.name,
                f"{unit.name} is masked: somebody forbade systemd to start it",
                f"To allow it again: pitui exec {self.node.name} -- {sudo}systemctl {user}unmask "
                f"{unit.name}",
            )

    async def systemctl(self, action: str, unit: Unit) -> None:
        """Have systemd start or stop a unit.

        Raises:
            NodeError: it would not; says why.
        """
        result = await self.cluster.sudo(self.node.name).attempt(
            unit_command(action, unit, sudo=self.sudo), limit=_SYSTEMD_LIMIT
        )
        if result.ok:
            return
        what = f"systemctl {action} {unit.name} failed"
        if _FORBIDDEN.search(result.stderr):
            raise self._forbidden(action, unit, result.stderr)
        raise await self.failed(what, None, unit)

    def _forbidden(self, action: str, unit: Unit, stderr: str) -> NodeError:
        command = f"systemctl {action} {unit.name}"
        said = printable(_FORBIDDEN.findall(stderr)[0].strip())
        line = sudoers_line(self.node.user or "LOGIN", *unit_commands(unit.name))
        advice = (
            "Set `sudo: ask` to be asked for the password, or add to the node's sudoers "
            f"(`sudo visudo -f /etc/sudoers.d/pitui`): {line}"
        )
        if not self.sudo:
            said = "this needs root, but the configuration says `sudo: none`"
            advice = f"An administrator can run on {self.node.name}: sudo {command}"
        return NodeError(self.node.name, f"{command} failed: {said}", advice)

    async def view(self, limit: float = _QUICK) -> MasterView | None:
        """Return the master's view, None where it does not answer."""
        try:
            return await self.cluster.spark_master.read(limit)
        except (WebError, NotSparkError):
            return None

    async def failed(self, what: str, log: str | None, unit: Unit | None = None) -> NodeError:
        """Return the error of a daemon that ended or hangs, with what its log says."""
        text = await self.log_tail(log, unit)
        reason, advice = explain(text)
        lines = [printable(line) for line in telling(text)]
        message = f"{what}: {reason}" if reason else what
        if lines:
            message += "; its log says: " + " | ".join(lines)
        where = unit.name if unit else log
        return NodeError(self.node.name, message, advice or (f"See {where}." if where else ""))

    async def log_tail(self, log: str | None, unit: Unit | None = None) -> str:
        """Return the last lines of the daemon's log; empty where it cannot be read.

        A unit may run spark-daemon.sh, which writes to a file: that comes after the journal.
        """
        journal = await self._journal(unit) if unit else ""
        return journal + await self.read(
            tail_command(self.role, self.node.spark_home, log, LOG_LINES)
        )

    async def _journal(self, unit: Unit) -> str:
        command = journal_command(unit, LOG_LINES)
        text = await self.read(command)
        if text.strip() or self.node.sudo != "ask":
            return text
        try:
            return (
                await self.cluster.sudo(self.node.name, asks=False).run(command, changes=False)
            ).stdout
        except NodeError as error:
            if error.failure is not Failure.SUDO_PASSWORD:
                raise
            # Nobody gave a password, and none is asked for only to show a log.
            return ""


def row_of(
    work: DaemonAction, view: MasterView, names: Names, process: DaemonProcess | None = None
) -> Worker | None:
    """Return the master's row of a node's worker; of several, the one that speaks best for it."""
    rows = rows_of(work, view, names, process)
    return rows[-1] if rows else None


def rows_of(
    work: DaemonAction, view: MasterView, names: Names, process: DaemonProcess | None = None
) -> list[Worker]:
    """Return the master's rows of a node's workers, the best last.

    The process' own options tell its row best; the others are matched as for every node.
    """
    nodes = work.cluster.nodes.values()
    matched = match_workers(view, nodes, {work.node.name: names})
    rows = list(matched.all_of.get(work.node.name, ()))
    if process is not None and process.host and process.webui_port:
        known = (process.host, process.webui_port)
        own = [w for w in newest_by_host(view.workers) if (w.host, webui_port(w)) == known]
        rows = [row for row in rows if row not in own] + sorted(own, key=preference)
    return rows


def is_alive(row: Worker | None) -> bool:
    """Say whether the master can use the worker."""
    return row is not None and row.state is WorkerState.ALIVE

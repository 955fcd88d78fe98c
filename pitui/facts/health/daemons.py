"""The Spark daemons in one answer of the health script."""

import re
import time
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass

from pitui.domain.cluster import DaemonProcess, Launcher
from pitui.facts.health.parser import HealthFigures
from pitui.facts.spark.daemon_processes import daemon_role, homes_of, settings_of

_STAT = re.compile(r"(\d+) \((.*)\) (\S) (.*)")
_PS = re.compile(r"(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)")
_UNIT = re.compile(r"(?:^0::|:name=systemd:).*/([^/]+\.service)$")
_MAIN_PID = re.compile(r"\bMainPID=(\d+)")
_STARTED = 19
"""Where a process' start is in /proc/PID/stat after the name and the state: field 22."""


@dataclass(frozen=True, slots=True)
class _Details:
    """What the script says once of each process."""

    words: tuple[str, ...]
    user: str = ""
    log: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    unit_of_user: bool = False
    in_container: bool = False


Known = dict[tuple[int, int, str], DaemonProcess | None]
"""By pid, start time and name (an exec keeps the first two); None where it is no daemon."""


def processes_of(lines: HealthFigures, known: Known) -> tuple[tuple[DaemonProcess, ...], Known]:
    """Return the daemons of an answer, and what is known of all processes that still run."""
    told = _details(lines)
    kept: Known = {}
    for line in lines.all("proc"):
        match = _STAT.fullmatch(line.strip())
        fields = match[4].split() if match else []
        if match is None or len(fields) < _STARTED or match[3] in "ZX":
            continue
        key = (int(match[1]), int(fields[_STARTED - 1]), match[2])
        details = told.get(key[0])
        kept[key] = _process_of_details(key[0], key[1], details) if details else known.get(key)
    daemons = [*kept.values(), *(_process_of_ps_line(line) for line in lines.all("ps"))]
    return tuple(process for process in daemons if process), kept


def _process_of_details(pid: int, started: int, details: _Details) -> DaemonProcess | None:
    daemon = daemon_role(details.words)
    if daemon is None:
        return None
    return DaemonProcess(
        pid=pid,
        started=started,
        role=daemon[0],
        launcher=Launcher.SYSTEMD if details.unit else Launcher.DAEMON,
        user=details.user,
        arguments=daemon[1],
        unit=details.unit,
        unit_of_user=details.unit_of_user,
        homes=homes_of(details.words, details.environment),
        environment=details.environment,
        settings=settings_of(details.words),
        log=details.log,
        in_container=details.in_container,
    )


def _process_of_ps_line(line: str) -> DaemonProcess | None:
    """Read a line of `ps`, which cannot tell a space inside a word from one between words."""
    match = _PS.fullmatch(line.strip())
    if match is None:
        return None
    # Only has to be the same each time; `pitui.spark.daemons.stop_script` turns it back into
    # the node's words.
    started = timegm(time.strptime(match[3], "%a %b %d %H:%M:%S %Y"))
    return _process_of_details(
        int(match[1]), started, _Details(tuple(match[4].split()), user=match[2])
    )


def _details(lines: HealthFigures) -> dict[int, _Details]:
    users, logs = _by_pid(lines, "user"), _by_pid(lines, "log")
    inner = _by_pid(lines, "inner")
    environments, groups, units = (_by_pid(lines, key) for key in ("env", "group", "unit"))
    return {
        pid: _Details(
            words=tuple(text[0].rstrip("\t").split("\t")),
            user=users.get(pid, [""])[0],
            log=_file_of_descriptor(logs.get(pid, [""])[0]),
            environment=_environment(environments.get(pid, [""])[0]),
            unit=(unit := _unit(pid, groups.get(pid, []), units.get(pid, [""])[0])),
            unit_of_user=unit is not None and "/user@" in " ".join(groups.get(pid, [])),
            in_container=pid in inner,
        )
        for pid, text in _by_pid(lines, "args").items()
    }


def _by_pid(lines: HealthFigures, key: str) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for line in lines.all(key):
        pid, _, rest = line.partition(" ")
        if pid.isdecimal():
            found.setdefault(int(pid), []).append(rest)
    return found


def _file_of_descriptor(target: str) -> str | None:
    return target if target.startswith("/") and not target.startswith("/dev/") else None


def _environment(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (entry.partition("=") for entry in text.split("\t") if "=" in entry)
    return tuple((name, value) for name, _, value in pairs)


def _unit(pid: int, groups: list[str], shown: str) -> str | None:
    """Return the unit that runs a daemon.

    A daemon started over SSH without a login session is in sshd's own unit, and one started
    by cron in cron's: stopping that would take more with it than the daemon. So the unit must
    have started this process itself, or speak of Spark.
    """
    match = next((found for group in groups if (found := _UNIT.search(group))), None)
    if match is None:
        return None
    main = _MAIN_PID.search(shown)
    owns = main is not None and int(main[1]) == pid
    return match[1] if owns or "spark" in f"{match[1]} {shown}".lower() else None

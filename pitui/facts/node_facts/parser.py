"""Reading what a node answered to the checks' command."""

import re
from collections import defaultdict
from collections.abc import Iterable

from pitui.domain.spark_env import spark_env_end
from pitui.facts.network.hosts import HostLine, parse_line
from pitui.facts.node_basics import parse_machine
from pitui.facts.node_facts.access_parser import parse_access, parse_logs
from pitui.facts.node_facts.node_facts import (
    CheckedFolder,
    Leftover,
    LinkFacts,
    NodeFacts,
    PidFile,
    Swap,
    UnitOverride,
)
from pitui.facts.node_facts.reach import Reach
from pitui.facts.node_facts.script import PART
from pitui.facts.runtimes.java import parse_java
from pitui.facts.sudo_rules import parse_sudo
from pitui.facts.time import parse_clock

_JAR = re.compile(r"spark-core_(\d[\d.]*)-(.+)\.jar")
_PYTHON = re.compile(r"Python (\d+)\.(\d+)")
_SCRATCH = re.compile(r"(?:blockmgr|spark|executor)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Spark's own names; others may have a folder spark-events beside them."""
_DEV = re.compile(r"\bdev (\S+)")
_CONF = re.compile(r"\s*([^\s=:#!][^\s=:]*)\s*[\s=:]\s*(.*?)\s*")


def parse_node_facts(output: str, asked: tuple[float, float] = (0.0, 0.0)) -> NodeFacts:
    """Return what a node said, with the times here between which it was asked."""
    parts = _parts(output)
    lines = _by_word([*parts[""], *parts["more"], *parts["python"]])
    mounts = [line.split(" ") for line in lines["mount"]]
    read_only = {
        _unescaped_mount(words[1]): "ro" in words[3].split(",") for words in mounts if words[3:]
    }
    jar = next((m for m in map(_JAR.fullmatch, lines["jar"]) if m), None)
    python = _PYTHON.search("\n".join(parts["python"]))
    first, last = _clock_seconds(lines["begin"]), _clock_seconds(_by_word(parts["end"])["end"])
    return NodeFacts(
        machine=parse_machine("\n".join(parts[""])),
        asked=asked,
        clocks=(first, last),
        clock=parse_clock("\n".join(parts["clock"])),
        page_bytes=_natural_number((lines["page"] or [""])[0]),
        hosts=_hosts(lines["hosts"]),
        resolved={
            words[0]: tuple(dict.fromkeys(words[1:]))
            for line in lines["resolve"]
            if (words := line.split())
        },
        links=_links(lines["link"]),
        route_link=_first_match(_DEV, lines["route-to"]),
        listening=_listening(lines["listen"]) if "ss" in lines else None,
        kernel=tuple(lines["kernel"]) if "kernel-log" in lines else None,
        swaps=_swaps(lines["swap"]),
        devices={_unescaped_mount(words[1]): words[0] for words in mounts if words[2:]},
        ext4_errors={
            words[0]: _natural_number(words[1])
            for line in lines["ext4"]
            if len(words := line.split()) == 2
        },
        units={
            words[0]: words[1] for line in lines["unit-state"] if len(words := line.split()) == 2
        },
        failing_units=dict(_pairs(lines["unit-fails"])),
        unit_users=dict(_pairs(lines["unit-user"])),
        overrides=tuple(
            UnitOverride(words[0], words[1], tuple(words[2:]))
            for line in lines["unit-override"]
            if len(words := line.split()) > 2
        ),
        sudo=parse_sudo(parts[""]),
        has_home="home" in parts[""] or "home" in parts["more"],
        real_home=(lines["real-home"] or [""])[0],
        spark=jar[2] if jar else None,
        scala=jar[1] if jar else "",
        env=dict(line.split("=", 1) for line in lines["env"] if "=" in line),
        env_ends=next((end for line in parts[""] if (end := spark_env_end(line))), None),
        defaults={m[1]: m[2] for m in map(_CONF.fullmatch, lines["conf"]) if m},
        defaults_path=(lines["file"] or [""])[0],
        provisioned="managed" in lines,
        by_hand=frozenset(lines["by-hand"]),
        defaults_group=next(iter(lines["closed"]), None),
        secret_id=(lines["secret"] or [""])[0],
        java=parse_java("\n".join(parts["java"]) + "\n"),
        python=(int(python[1]), int(python[2])) if python else None,
        folders=_checked_folders(lines["folder"], read_only),
        leftovers=_leftovers(lines["left"]),
        pid_files=_pid_files(lines["pidfile"]),
        pid_folder=(lines["pids"] or [""])[0],
        gave_up=(lines["gaveup"] or [""])[0],
        reach=_reach(lines["reach"]),
        access=parse_access(lines, _reach(lines["probe"])),
        logs=parse_logs(lines),
    )


def _parts(output: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    name = ""
    for line in output.splitlines():
        if line.startswith(PART):
            name = line.removeprefix(PART).strip()
        else:
            found[name].append(line)
    return found


def _by_word(lines: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        word, _, rest = line.partition(" ")
        found[word].append(rest)
    return found


def _hosts(lines: Iterable[str]) -> tuple[HostLine, ...]:
    return tuple(host for line in lines if (host := parse_line(line)).address)


def _pairs(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((first, rest) for line in lines for first, _, rest in [line.partition(" ")])


def _links(lines: Iterable[str]) -> tuple[LinkFacts, ...]:
    found = []
    for line in lines:
        words = line.split()
        if len(words) != 8:
            continue
        counts = [_natural_number(word) for word in words[4:]]
        speed = _natural_number(words[3]) if words[3].isdecimal() else -1
        found.append(
            LinkFacts(
                words[0],
                wireless=words[1] == "wireless",
                up=words[2] == "up",
                speed_mbit=speed or -1,
                packets=counts[0] + counts[1],
                errors=counts[2] + counts[3],
            )
        )
    return tuple(found)


def _listening(lines: Iterable[str]) -> tuple[tuple[str, int], ...]:
    found = []
    for line in lines:
        words = line.split()
        if len(words) < 4:
            continue
        host, _, port = words[3].rpartition(":")
        if port.isdecimal():
            # Java listens on IPv6 sockets, which show an IPv4 address in IPv6's clothes.
            plain = host.strip("[]").partition("%")[0].removeprefix("::ffff:")
            found.append((plain, int(port)))
    return tuple(found)


def _swaps(lines: Iterable[str]) -> tuple[Swap, ...]:
    words = [line.split() for line in lines]
    return tuple(
        Swap(w[0], w[1], _natural_number(w[2]), _natural_number(w[3]))
        for w in words
        if len(w) == 5 and w[0][0] == "/"
    )


def _checked_folders(lines: Iterable[str], read_only: dict[str, bool]) -> tuple[CheckedFolder, ...]:
    found = []
    for line in lines:
        figures, _, path = line.partition("\t")
        words = figures.split(" ", 6)
        if len(words) != 7:
            continue
        size, free, inodes, inodes_free = (_natural_number(word) for word in words[2:6])
        mount = words[6]
        found.append(
            CheckedFolder(
                words[0], path, words[1], mount, size, free, inodes, inodes_free,
                read_only=read_only.get(mount, False),
            )
        )  # fmt: skip
    return tuple(found)


def _leftovers(lines: Iterable[str]) -> tuple[Leftover, ...]:
    found = []
    for line in lines:
        words = line.split(" ", 2)
        if len(words) == 3 and _SCRATCH.fullmatch(words[2].rpartition("/")[2]):
            found.append(Leftover(words[2], words[1], float(_natural_number(words[0]))))
    return tuple(found)


def _pid_files(lines: Iterable[str]) -> tuple[PidFile, ...]:
    words = [line.split(" ", 3) for line in lines]
    return tuple(PidFile(w[3], _natural_number(w[0]), w[1], w[2]) for w in words if len(w) == 4)


def _reach(lines: Iterable[str]) -> tuple[Reach, ...]:
    found = []
    for line in lines:
        words = line.split(" ", 3)
        if len(words) < 3 or not words[1].isdecimal():
            continue
        why = words[3].strip() if len(words) > 3 else ""
        if words[2] == "124":
            why = "no answer in 3 s"
        elif words[2] != "0" and not why.startswith(("Connection", "No route", "Network")):
            continue  # it could not even be tried
        found.append(Reach(words[0], int(words[1]), words[2] == "0", why))
    return tuple(found)


def _first_match(pattern: re.Pattern[str], lines: Iterable[str]) -> str:
    return next((match[1] for line in lines if (match := pattern.search(line))), "")


def _unescaped_mount(mount: str) -> str:
    """Return a path of /proc/mounts, which writes blanks as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), mount)


def _natural_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _clock_seconds(texts: list[str]) -> float:
    match = re.match(r"\d{1,12}(?:\.\d+)?", texts[0]) if texts else None
    return float(match[0]) if match else 0.0

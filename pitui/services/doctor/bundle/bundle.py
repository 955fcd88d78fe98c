"""What a report of a bug needs, in files of which each name, address and secret was taken out."""

import asyncio
import json
import platform
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata

import yaml

from pitui import __version__
from pitui.doctor.check import Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.domain.anonymous.anonymizer import Anonymizer
from pitui.domain.errors import PituiError
from pitui.domain.events.event import Event
from pitui.domain.link import LinkState
from pitui.domain.logs.log_line import LogSource
from pitui.domain.text.printable import printable
from pitui.services.cluster import Cluster
from pitui.services.doctor.bundle.bundle_names import (
    config_values,
    know_names,
    without_private_texts,
)
from pitui.services.doctor.gather_evidence import Progress, gather_evidence
from pitui.services.events.timeline_store import TimelineStore
from pitui.services.logs.follow import follow
from pitui.services.logs.log_arguments import daemon_sources

LOG_LINES = 300
"""Of each daemon's log."""
_LINE = 2000
"""Characters of a line, beyond which it is cut."""
_LOG_LIMIT = 60.0
"""Seconds for all logs together."""
_EVENTS = 1000
_LIBRARIES = ("asyncssh", "cryptography", "httpx", "msgspec", "textual")

_README = """\
What is here was collected by `pitui doctor --bundle` for a report of a bug.

Names of machines and people, addresses, paths of a person's own, and secrets were replaced by
stand-ins: node-1, host-1, address-1, user-1, path-1, secret-1 and so on. The same stand-in means
the same thing in every file. Loopback addresses, and names that many have (pi, spark), were kept.

versions.json   pitui, its libraries, and what each node runs
findings.json   what the checks found
timeline.txt    what happened on the cluster in the last days
config.yaml     the configuration, with all defaults
logs/           the last lines of each daemon's log
"""


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle."""

    name: str
    text: str

    @property
    def content(self) -> bytes:
        """What is in it."""
        return self.text.encode("utf-8", "backslashreplace")


async def collect_bundle(
    cluster: Cluster, evidence: Evidence, findings: Mapping[str, object], say: Progress
) -> tuple[BundleFile, ...]:
    """Return the files of a bundle, ready to be handed to anybody.

    Args:
        cluster: the cluster.
        evidence: what the checks read.
        findings: what they found, as values of JSON.
        say: told what is being done.
    """
    if not evidence.facts:
        # Checks that ask no node were wanted; what the nodes run is a part of every report.
        names = list(cluster.nodes)
        evidence = await gather_evidence(cluster, names, {Reads.NODES}, say=say)
    say("reading the logs")
    logs = await _daemon_logs(cluster, evidence)
    timeline = await _timeline_text(cluster)
    anonymizer = Anonymizer()
    know_names(anonymizer, evidence)
    for text in (*logs.values(), timeline, json.dumps(findings)):
        await asyncio.to_thread(anonymizer.learn, text)
    config = without_private_texts(anonymizer, config_values(cluster.config))
    values = {
        "versions.json": _json_text(anonymizer.clean_value(_versions_of_all(evidence))),
        "findings.json": _json_text(anonymizer.clean_value(findings)),
        "config.yaml": yaml.safe_dump(anonymizer.clean_value(config), sort_keys=False),
    }
    texts = {"timeline.txt": timeline, **logs}
    say("taking out names, addresses and secrets")
    cleaned = {
        anonymizer.clean(name): await asyncio.to_thread(anonymizer.clean, text)
        for name, text in texts.items()
    }
    files = {"README.txt": _README, **values, **cleaned}
    return tuple(BundleFile(name, text) for name, text in files.items())


def _json_text(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _versions_of_all(evidence: Evidence) -> dict[str, object]:
    nodes = {
        name: {
            "system": facts.machine.os.get("PRETTY_NAME", ""),
            "arch": facts.machine.arch,
            "bits": facts.machine.bits,
            "board": facts.machine.board,
            "memory_mib": facts.machine.memory_mib,
            "cores": facts.machine.cores,
            "page_bytes": facts.page_bytes,
            "spark": facts.spark,
            "scala": facts.scala,
            "java": facts.java.version if facts.java else None,
            "python": ".".join(map(str, facts.python)) if facts.python else None,
            "provisioned": facts.provisioned,
        }
        for name, facts in evidence.facts.items()
    }
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "pitui": __version__,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        "master": {
            "state": str(evidence.snapshot.master.state),
            "version": evidence.snapshot.master.version,
        },
        "nodes": nodes,
        "silent": dict(evidence.silent),
    }


# -- what happened


async def _timeline_text(cluster: Cluster) -> str:
    store = TimelineStore(cluster.audit.cluster, secrets.token_hex(4))
    try:
        events = (await store.disk.do(store.read)).events
    except PituiError as error:
        return f"(not read: {error})\n"
    return "".join(f"{_bundled_event(event)}\n" for event in events[-_EVENTS:])


def _bundled_event(event: Event) -> str:
    at = datetime.fromtimestamp(event.at, UTC).isoformat(timespec="seconds")
    words = (at, event.kind, event.node or "-", event.about, event.what, event.detail)
    return printable(" ".join(str(word) for word in words if word).replace("\n", " "))


# -- logs


async def _daemon_logs(cluster: Cluster, evidence: Evidence) -> dict[str, str]:
    """Return the last lines of every daemon's log, by the names of the files to be."""
    sources = [
        source
        for name in cluster.nodes
        if (status := evidence.status(name)) and status.link.state is LinkState.CONNECTED
        for source in daemon_sources(cluster, name)
    ]
    lines = await _last_lines(cluster, sources)
    return {
        f"logs/{source.node}-{source.kind}.log": "".join(f"{one}\n" for one in lines[source.tag])
        for source in sources
    }


async def _last_lines(cluster: Cluster, sources: Sequence[LogSource]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {source.tag: [] for source in sources}
    if not sources:
        return found
    end = time.monotonic() + _LOG_LIMIT
    try:
        async with (
            asyncio.timeout(_LOG_LIMIT),
            aclosing(follow(cluster, sources, LOG_LINES, follow=False)) as stream,
        ):
            async for batch in stream:
                for line in batch:
                    said = f"({line.text})" if line.note else line.text
                    found.setdefault(line.source, []).append(printable(said)[:_LINE])
    except TimeoutError:
        if time.monotonic() < end:
            raise
        for lines in found.values():
            lines.append("(cut: it took too long)")
    return found

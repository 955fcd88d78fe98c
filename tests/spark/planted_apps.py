"""Applications with planted faults on a cluster, and what `pitui doctor` finds of them."""

import re
from collections.abc import Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from spark.submitted import submitted
from support.looking import until_found

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding
from pitui.doctor.registry import chosen_checks
from pitui.services.cluster import Cluster
from pitui.services.doctor.run_checks import CheckRun, look, run_checks
from pitui.services.logs import follow

LIMIT = 120.0
PAUSED = "import time\nfrom pyspark import SparkContext\nsc = SparkContext()\n"
"""The begin of programs that then do one thing."""


@dataclass
class PlantedApps:
    """Applications on the demonstration, and what the checks find."""

    cluster: Cluster
    folder: Path
    own: set[str] = field(default_factory=set)
    """The ids of those that were started here: others of this cluster have faults, too."""

    async def submit(self, name: str, text: str, *options: str) -> str:
        """Start a program and return its application's id, once the master lists it."""
        app = await submitted(self.cluster, self.folder, name, text, *options)
        self.own.add(app)
        return app

    async def checked(self, *checks: str) -> CheckRun:
        """Run some checks on all nodes."""
        return await run_checks(self.cluster, chosen_checks(checks), say=lambda _text: None)

    async def found(self, wanted: Callable[[list[Finding]], bool], *checks: str) -> list[Finding]:
        """Run some checks until they find what is wanted of the own applications.

        A busy driver is asked again.
        """

        async def seen() -> list[Finding] | None:
            all_found = (await self.checked(*checks)).found
            last[:] = [one.finding for one in all_found if one.finding.application in self.own]
            return list(last) if wanted(last) else None

        last: list[Finding] = []
        try:
            return await until_found(seen, "it is found", LIMIT)
        except AssertionError as error:
            raise AssertionError(f"{error}; found were {last}") from None

    def later(self, evidence: Evidence, seconds: float, *checks: str) -> list[Finding]:
        """Return what checks find when an application has been there for so much longer."""
        snapshot = evidence.snapshot
        applications = tuple(
            replace(app, duration_s=app.duration_s + seconds) for app in snapshot.applications
        )
        then = replace(
            evidence,
            now=evidence.now + seconds,
            snapshot=replace(snapshot, applications=applications),
        )
        found, _skipped = look(chosen_checks(checks), then)
        return [one for one in found if one.application in self.own]

    async def explains(self, found: Finding) -> bool:
        """Whether the logs that a finding names have the line that it names."""
        place = found.log
        assert place is not None
        sources = await follow.find_sources(self.cluster, None, place.logs)
        lines: list[str] = []
        async with aclosing(follow.follow(self.cluster, sources, 5000, follow=False)) as batches:
            async for batch in batches:
                lines += [line.text for line in batch]
        patterns = [re.compile(words) for words in place.find]
        return any(pattern.search(line) for pattern in patterns for line in lines)


def of(found: Collection[Finding], check: str) -> list[Finding]:
    return [one for one in found if one.check == check]


def places(found: Collection[Finding], check: str) -> set[tuple[str | None, str | None]]:
    return {(one.node, one.application) for one in of(found, check)}

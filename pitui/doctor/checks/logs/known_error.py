"""logs.known-error: the last lines of a log say something whose meaning is known."""

import re
from collections import defaultdict
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine
from pitui.doctor.symptoms.known_errors import KNOWN_ERRORS, KnownError

_PATTERNS = [(re.compile(known.words), known) for known in KNOWN_ERRORS]


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        lines: dict[tuple[str, KnownError], list[tuple[str, str]]] = defaultdict(list)
        for log, line in facts.logs.said:
            for pattern, known in _PATTERNS:
                if pattern.search(line):
                    # Executors of one application say the same.
                    lines[log.partition("/")[0], known].append((log, line))
                    break
        for (log, known), found in lines.items():
            executors = log.startswith("app-")
            app = evidence.snapshot.application(log) if executors else None
            whose = f"executors of {app.name if app else log}" if executors else f"its {log}"
            latest_log, latest = found[-1]
            times = "once" if len(found) == 1 else f"{len(found)} times"
            yield Finding(
                known.severity,
                f"{known.means}: so the log of {whose} says, {times}",
                known.fix,
                node=name,
                application=log if executors else None,
                about=f"{log} {known.words[:40]}",
                detail=f"the latest line: `{latest}`",
                several=f"{known.means}, their logs say",
                log=FindingLine(
                    (re.escape(latest), known.words), (latest_log,) if executors else ()
                ),
            )


CHECK = Check(
    id="logs.known-error",
    title="A log says something whose meaning is known",
    why="Spark goes on, or ends, and says why only there",
    reads=Reads.NODES,
    rule=_rule,
)

"""drift.data: what is under `data:` is not the same on the nodes as here."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck, warning


def _rule(evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
    for item in evidence.data:
        if item.error:
            yield SkippedCheck(f"{item.target}: {item.error}")
            continue
        for name, state in item.states.items():
            if state.state == "unknown":
                yield SkippedCheck(f"{item.target}: {state.error}", name)
            elif state.state == "missing":
                yield warning(
                    f"{item.target} is missing",
                    "pitui push",
                    node=name,
                    about=item.target,
                    several=f"{item.target} is missing",
                )
            elif state.state == "different":
                yield warning(
                    f"{item.target} is not what it is here: it has {state.size:,} bytes there, "
                    f"{item.size:,} here",
                    "pitui push",
                    node=name,
                    about=item.target,
                    several=f"{item.target} is not what it is here",
                )


CHECK = Check(
    id="drift.data",
    title="Data is missing or different on a node",
    why="Executors read files from their own node's disk: some tasks fail, or give other results",
    reads=Reads.DATA,
    rule=_rule,
    explains=("app.file-not-everywhere",),
)

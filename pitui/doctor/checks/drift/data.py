"""drift.data: what is under `data:` is not the same on the nodes as here."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.text.number_words import counted


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
                    "pitui provision {nodes} --only data",
                    node=name,
                    about=item.target,
                    several=f"{item.target} is missing",
                    fixed_by=_fix_of_missing(evidence, name),
                )
            elif state.state == "different":
                yield warning(
                    f"{item.target} is not what it is here: "
                    f"it has {counted(state.size, 'byte')} there, {item.size:,} here",
                    "pitui push",
                    node=name,
                    about=item.target,
                    detail="`pitui push` names what was changed there and leaves it; "
                    "`pitui push --force` replaces it",
                    several=f"{item.target} is not what it is here",
                )


def _fix_of_missing(evidence: Evidence, name: str) -> Fix | None:
    """Return the step that brings the data, on a node where it replaces nothing."""
    states = [item.states[name].state for item in evidence.data if name in item.states]
    if not set(states) <= {"present", "missing"}:
        return None
    return Fix.provisioning("data", on=[name])


CHECK = Check(
    id="drift.data",
    title="Data is missing or different on a node",
    why="Executors read files from their own node's disk: some tasks fail, or give other results",
    reads=Reads.DATA,
    rule=_rule,
    explains=("app.file-not-everywhere",),
    fixes=("data",),
)

"""app.file-not-everywhere: tasks fail where a file that they read is missing, or is another."""

import re
from collections.abc import Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.app_evidence import AppEvidence
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine, error, info, warning
from pitui.facts.node_facts.log_facts import PathFacts


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for one in evidence.apps.values():
        for path in one.paths:
            asked = {
                name: facts.logs.paths[path]
                for name, facts in evidence.spark_facts()
                if path in facts.logs.paths
            }
            yield from _of_path(evidence, one, path, asked)


def _of_path(
    evidence: Evidence, one: AppEvidence, path: str, asked: dict[str, PathFacts]
) -> Iterator[Finding]:
    said = FindingLine((re.escape(path),))
    there = [name for name, facts in asked.items() if facts.there]
    missing = [name for name, facts in asked.items() if not facts.there]
    # A driver's machine that runs no executor needs the file only to list it.
    missing = [name for name in missing if evidence.nodes[name].is_worker]
    if not there and asked:
        yield info(
            f"tasks of {one.app.name} did not find {path}, and no node has it",
            f"pitui push FILE {quote(path)}",
            application=one.app.id,
            about=path,
            log=said,
        )
        return
    finding, pasted = error if one.app.state.active else warning, quote(path)
    for name in missing:
        yield finding(
            f"{path} is not there, but on {', '.join(there)}: tasks of {one.app.name} fail there",
            f"on a machine that has it: pitui push {pasted} {pasted} {{nodes}}",
            node=name,
            application=one.app.id,
            about=path,
            log=said,
            several=f"{path} is not there, but on {', '.join(there)}: tasks of {one.app.name} "
            "fail there",
        )
    digests = {asked[name].digest for name in there if asked[name].digest}
    if len(digests) > 1:
        sizes = ", ".join(f"{name} {asked[name].size:,}" for name in there)
        yield warning(
            f"{path}, which {one.app.name} reads, is not the same on all nodes",
            f"pitui push {pasted} {pasted}",
            application=one.app.id,
            about=f"{path} differs",
            detail=f"bytes: {sizes}",
        )


CHECK = Check(
    id="app.file-not-everywhere",
    title="A file that tasks read is not on every node",
    why="Tasks read it from their own node's disk: they fail there, or read something else",
    reads=Reads.INPUTS,
    rule=_rule,
)

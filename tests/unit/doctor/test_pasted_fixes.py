"""A fix is pasted into a shell: a path that a node or an application named stays one word there."""

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

import pytest
from support.evidence import NOW, access, facts, found, healthy, with_apps, with_facts
from support.records import START, stage, task
from unit.doctor.test_access_and_logs import FAULTS as ACCESS_FAULTS
from unit.doctor.test_faults import FAULTS
from unit.doctor.test_step_fixes import FIXES
from unit.doctor.test_units_and_accounts import FAULTS as UNIT_FAULTS

from pitui.cli.command_table import COMMANDS
from pitui.doctor.evidence.app_evidence import AppEvidence
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.symptoms.known_errors import KNOWN_ERRORS
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.cluster import Application, ApplicationState
from pitui.facts.node_facts.access_facts import OwnedFolder, PrivateFile
from pitui.facts.node_facts.log_facts import EventLogFolder, LogFacts, PathFacts
from pitui.facts.node_facts.node_facts import PidFile, Swap
from pitui.facts.runtimes.java import JavaRuntime

PATH = "/data/a b; touch $HOME"
ON = {**facts("nuc").defaults, "spark.eventLog.enabled": "true"}


@pytest.mark.parametrize(
    ("check", "node", "changes"),
    [
        ("disk.logs-grow", "pi2", {"logs": LogFacts(large={PATH: 3 << 30})}),
        ("spark.pid-file", "pi2", {"pid_files": (PidFile(PATH, 1, "other"),)}),
        ("memory.swap-on-card", "pi2", {"swaps": (Swap(PATH, "file", 1 << 20),),
                                        "devices": {"/": "/dev/mmcblk0p2"}}),
        ("eventlog.folder", "nuc", {"logs": LogFacts(events=EventLogFolder(PATH, "closed", "ext")),
                                    "defaults": ON}),
        ("access.permissions", "pi2",
         {"access": access("pi2", owned=(OwnedFolder("work", PATH, 0o755, "root", "root"),))}),
        *(
            ("security.key-readable", "pi2",
             {"access": access("pi2", private_files=(PrivateFile(use, PATH, 0o666, "pi"),))})
            for use in ("key", "login", "secret")
        ),
    ],
)  # fmt: skip
def test_of_nodes(check: str, node: str, changes: Mapping[str, object]) -> None:
    said = found(with_facts(healthy(), node, **changes), check)
    assert any(PATH in shlex.split(one.fix) for one in said), [one.fix for one in said]


@pytest.mark.parametrize(
    "on_nodes",
    [
        {"pi1": PathFacts(there=False)},
        {"pi1": PathFacts(there=True), "pi2": PathFacts(there=False)},
        {"pi1": PathFacts(there=True, digest="a"), "pi2": PathFacts(there=True, digest="b")},
    ],
    ids=["nowhere", "missing", "different"],
)
def test_of_applications(on_nodes: Mapping[str, PathFacts]) -> None:
    app = Application("app-1", "flights", ApplicationState.RUNNING, 8, 512, NOW - 60, 60.0)
    error = f"FileNotFoundError: [Errno 2] No such file or directory: '{PATH}'"
    one = replace(task(0, 1, "pi2", state=WorkState.FAILED), error=error)
    record = ApplicationRecord(START, START + 100, (), (stage(0, [one]),))
    evidence = replace(with_apps(healthy(), app), apps={"app-1": AppEvidence(app, record)})
    for node, known in on_nodes.items():
        evidence = with_facts(evidence, node, logs=LogFacts(paths={PATH: known}))
    [finding] = found(evidence, "app.file-not-everywhere")
    assert PATH in shlex.split(finding.fix)


KEYS = access("pi2", host_keys=frozenset({"ssh-ed25519 AAAAsame"}))
FAULTY: dict[str, Evidence] = {
    "reach.duplicate-host-key": with_facts(healthy(), "pi2", "pi3", access=KEYS),
    "java.differs": with_facts(healthy(), "pi2", java=JavaRuntime("/usr/bin/java", "21", 21)),
}
"""Faults that the tables of other tests do not have, by check."""

_PROGRAMS = {"pitui", "ssh", "ssh-keygen", "sudo"}
_PROSE = {"and", "or", "then", "that", "what", "where"}


def _fixes() -> Iterator[str]:
    tables = [
        *((check, evidence) for check, evidence, *_ in FAULTS),
        *((check, evidence) for check, _, evidence, *_ in ACCESS_FAULTS),
        *((check, evidence) for check, evidence, *_ in UNIT_FAULTS),
        *((check, evidence) for check, evidence, *_ in FIXES),
        *FAULTY.items(),
    ]
    for check, evidence in tables:
        yield from (one.fix.replace("{nodes}", str(one.node)) for one in found(evidence, check))
    yield from (known.fix.replace("{nodes}", "pi2") for known in KNOWN_ERRORS)


@pytest.mark.parametrize("fix", sorted(set(_fixes())))
def test_what_looks_like_a_command_is_nothing_else(fix: str) -> None:
    begin = re.search(r"(?:^|: )(?=(pitui|ssh|sudo) )", fix)
    if begin is None:
        return
    pasted = fix[begin.end() :]
    assert subprocess.run(["bash", "-n", "-c", pasted], check=False).returncode == 0
    for command in _commands(pasted):
        assert command[0] in _PROGRAMS
        assert command[0] != "pitui" or command[1] in COMMANDS
        assert not _PROSE.intersection(command)
        assert not [word for word in command if word.endswith(",")]


def _commands(text: str) -> Iterator[list[str]]:
    words = shlex.shlex(text, posix=True, punctuation_chars=True)
    words.whitespace_split, words.commenters = True, ""
    for between, group in groupby(words, key=lambda word: not word.strip(";&|")):
        if not between:
            yield list(group)

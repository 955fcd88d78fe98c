"""A fix is pasted into a shell: a path that a node or an application named stays one word there."""

import shlex
from collections.abc import Mapping
from dataclasses import replace

import pytest
from support.evidence import NOW, access, facts, found, healthy, with_apps, with_facts
from support.records import START, stage, task

from pitui.doctor.app_evidence import AppEvidence
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.cluster import Application, ApplicationState
from pitui.facts.node_facts.access_facts import OwnedFolder, PrivateFile
from pitui.facts.node_facts.log_facts import EventLogFolder, LogFacts, PathFacts
from pitui.facts.node_facts.node_facts import PidFile, Swap

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

"""A config.yaml for pitui that manages a lab.

The master runs on pi1, beside a worker: `host: local` would provision this very machine.
"""

from pathlib import Path
from typing import Any

import yaml

from tests.lab.archive import version_of
from tests.lab.lab import Lab

SMALL_JVM = (
    "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
"""Halves what it costs to start a JVM. Spark's classes are as they were released: unverified."""


def document(lab: Lab, archive: Path) -> dict[str, Any]:
    """Return the configuration as plain values, for tests to change."""
    nodes: dict[str, dict[str, Any]] = {}
    for name, machine in lab.machines.items():
        nodes[name] = {"host": machine.address}
        if machine.kind.sudo != "passwordless":
            nodes[name]["sudo"] = machine.kind.sudo
    nodes["pi1"]["worker"] = True
    return {
        "cluster": {"name": lab.name, "master": "pi1"},
        "ssh": {
            "user": "pi",
            "identity": str(lab.identity),
            "known_hosts": str(lab.known_hosts),
            "connect_timeout": 5,
        },
        "spark": {
            "version": version_of(archive),
            "archive": str(archive),
            "home": "/opt/spark",
            "user": "spark",
            "worker": {"cores": 1, "memory": "512m"},
            "env": {"SPARK_DAEMON_JAVA_OPTS": SMALL_JVM, "SPARK_LAUNCHER_OPTS": SMALL_JVM},
            "defaults": {
                "spark.executor.memory": "512m",
                "spark.driver.memory": "512m",
                "spark.executor.extraJavaOptions": SMALL_JVM,
                "spark.driver.extraJavaOptions": SMALL_JVM,
            },
        },
        "nodes": nodes,
    }


def write(path: Path, values: dict[str, Any]) -> Path:
    """Write a configuration and return its path."""
    path.write_text(yaml.safe_dump(values, sort_keys=False))
    return path

"""Nodes as a configuration would give them, for tests of links."""

import getpass
from pathlib import Path
from typing import Any

from pitui.config.model import Node


def node(name: str, host: str, port: int | None = None, **changed: Any) -> Node:
    """Return a node that logs in as whoever runs the tests."""
    values: dict[str, Any] = {
        "user": getpass.getuser(),
        "identity": None,
        "known_hosts": Path("~/.ssh/known_hosts").expanduser(),
        "connect_timeout": 5.0,
        "sudo": "passwordless",
        "spark_home": "/opt/spark",
        "is_master": False,
        "is_worker": True,
        "worker_cores": None,
        "worker_memory_mib": None,
        "worker_webui_port": 8081,
        "env": {},
    }
    return Node(name=name, host=host, port=port, **{**values, **changed})

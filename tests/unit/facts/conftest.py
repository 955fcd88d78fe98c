"""A node as the configuration gives it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pitui.config.load import load_config
from pitui.config.model import Node
from pitui.config.nodes import resolve_nodes


@pytest.fixture
def a_node(tmp_path: Path) -> Callable[[str], Node]:
    def make(host: str) -> Node:
        path = tmp_path / "config.yaml"
        path.write_text(f"cluster: {{master: pi1}}\nnodes: {{pi1: {{host: {host}}}}}\n")
        return resolve_nodes(load_config(path))["pi1"]

    return make

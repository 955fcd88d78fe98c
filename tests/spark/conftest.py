"""A real cluster for all tests that need one: `pitui demo --no-ui --nodes 2`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.demo import DemoProcess, clean_environment


@pytest.fixture(scope="session")
def demo_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Start a demonstration with two workers and yield its config.yaml.

    A test that stops or kills something must bring it back.
    """
    home = tmp_path_factory.mktemp("demo-home")
    demo = DemoProcess("--nodes", "2", environment=clean_environment(home))
    try:
        yield demo.wait_ready()
    finally:
        demo.end()

"""A real cluster for all tests that need one: `pitui demo --no-ui --nodes 2`."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from spark.planted_apps import PlantedApps
from spark.quick_java import quick_java
from support.demo import DemoProcess, clean_environment, said_by_master

from pitui.config.load import load_config
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.runs.detached_runs import Runs


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the Java of these tests before any of them has its time limit."""
    here = Path(__file__).parent
    if not session.config.option.collectonly and any(
        here in item.path.parents for item in session.items
    ):
        quick_java()


@pytest.fixture(scope="session", autouse=True)
def java_with_an_archive(hermetic_session: None) -> Iterator[None]:
    """Let whatever these tests start find a Java that starts Spark for less."""
    home = quick_java()
    with pytest.MonkeyPatch.context() as patch:
        if home is not None:
            patch.setenv("JAVA_HOME", str(home))
            patch.setenv("PATH", f"{home}/bin:{os.environ['PATH']}")
        yield


@pytest.fixture(scope="session")
def demo_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Start a demonstration with two workers and yield its config.yaml.

    A test that stops or kills something must bring it back.
    """
    home = tmp_path_factory.mktemp("demo-home")
    demo = DemoProcess("--nodes", "2", environment=clean_environment(home))
    try:
        config = demo.wait_ready()
        states = [worker["state"] for worker in said_by_master(config)["workers"]]
        assert states == ["ALIVE", "ALIVE"], "it is ready when all its workers are"
        yield config
    finally:
        demo.end()


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what pitui writes for a person in folders of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
async def opened_demo(demo_cluster: Path, own_folders: None) -> AsyncIterator[Cluster]:
    """The demonstration as pitui sees it, with folders of the test's own."""
    async with open_cluster(load_config(demo_cluster), NonInteractive()) as cluster:
        yield cluster


@pytest.fixture
async def tidied_demo(opened_demo: Cluster) -> AsyncIterator[Cluster]:
    """The same, and what is started on it is ended again."""
    yield opened_demo
    runs = Runs(opened_demo)
    for run in await runs.refresh():
        await runs.cancel(run)


@pytest.fixture
def planted(tidied_demo: Cluster, tmp_path: Path) -> PlantedApps:
    """Applications on the demonstration, and what the checks find of them."""
    return PlantedApps(tidied_demo, tmp_path)

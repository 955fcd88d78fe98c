"""Fresh machines, the UI and a person's keys: trust, plan, apply, board, done."""

from dataclasses import replace

import pytest
from support.looks import screen_text
from support.plain_cluster import until
from textual.pilot import Pilot

from pitui.config.load import load_config
from pitui.domain.link import LinkState
from pitui.tui.app import PituiApp
from pitui.tui.main.connection_prompts import HostKeyScreen
from pitui.tui.provision.provision_run import Phase
from pitui.tui.provision.provision_screen import ProvisionScreen
from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.conftest import KIND, MACHINES
from tests.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]

LIMIT = 300.0


async def log_in(pilot: Pilot[None], app: PituiApp) -> None:
    """Trust each machine that asks, until all are connected."""

    def answered() -> bool:
        nodes = app.main.snapshot.nodes
        return all(node.link.state is LinkState.CONNECTED for node in nodes)

    while not answered():
        await until(pilot, lambda: answered() or isinstance(app.screen, HostKeyScreen), 60)
        if isinstance(app.screen, HostKeyScreen):
            await pilot.press("y")
    await until(pilot, lambda: app.screen is app.main)


async def test_from_fresh_machines_to_done_by_keys(lab: Lab) -> None:
    lab.fresh(*[replace(KIND, java=True)] * MACHINES)
    values = configuration.document(lab, spark_archive(slim=True))
    path = configuration.write(lab.folder / "config.yaml", values)
    machines = lab.machines
    app = PituiApp(load_config(path))
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot, app)
        before = {name: machine.disk.listing() for name, machine in machines.items()}
        await pilot.press("a", "p")
        await until(pilot, lambda: isinstance(app.screen, ProvisionScreen))
        screen = app.screen
        assert isinstance(screen, ProvisionScreen)
        work = screen.provision_run
        await until(pilot, lambda: work.phase is Phase.PLANNED, 60)
        await until(pilot, lambda: "3 nodes would change" in screen_text(app))
        assert {name: machine.disk.listing() for name, machine in machines.items()} == before
        await pilot.press("enter")
        await until(
            pilot, lambda: " MB/s " in screen_text(app) and " left" in screen_text(app), LIMIT
        )
        await until(pilot, lambda: work.phase is Phase.ENDED, LIMIT)
        await until(pilot, lambda: "3 nodes done" in screen_text(app))
        assert work.failed == []
        await pilot.press("q", "p")
        await until(pilot, lambda: "nothing to do" in screen_text(app), 60)
    for name, machine in machines.items():
        assert machine.root("hostname") == f"{name}\n"
        assert machine.root("readlink /opt/spark").startswith("spark-")

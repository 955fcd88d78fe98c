"""A fault in pitui itself: what is printed helps to mend it, and gives nothing away."""

from collections.abc import Callable
from typing import Any

import pytest
from support.plain_cluster import Still, ui
from textual.app import App
from textual.pilot import Pilot

from pitui.tui.setup.first_run_app import FirstRunApp


def fault() -> None:
    password = "MARKED-" + "sudo-Pq8"
    assert password
    raise ZeroDivisionError("a planted fault")


@pytest.mark.parametrize(
    "make", [lambda: ui(Still()), lambda: FirstRunApp("nowhere")], ids=["pitui", "first run"]
)
def test_a_crash_report_has_no_values_of_variables(
    make: Callable[[], App[Any]], capfd: pytest.CaptureFixture[str]
) -> None:
    app = make()

    async def drive(pilot: Pilot[None]) -> None:
        await pilot.pause()
        app.call_later(fault)

    app.run(headless=True, auto_pilot=drive)
    said = "".join(capfd.readouterr())
    assert app.return_code == 1
    assert "a planted fault" in said
    assert "test_crash.py" in said
    assert "MARKED-sudo" not in said

"""What holds for all tests of the UI."""

import time
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.drawing import draw_when_looked_at
from support.looks import Looks
from support.plain_cluster import NOW
from syrupy.assertion import SnapshotAssertion
from syrupy.report import SnapshotReport
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.widgets import Input

from pitui.tui.app import PituiApp
from pitui.tui.base.actions import footer

_FOR_GOOD = 3600.0


def _ran_tests_of(report: SnapshotReport, snapshot: str) -> bool:
    """Tell whether a test ran that a stored file may belong to, by the names of their files.

    syrupy looks at every test for every file, three times.
    """
    path = Path(snapshot)
    return bool({path.stem, path.parent.name} & {item.path.stem for item in report.ran_items})


SnapshotReport._ran_items_match_location = _ran_tests_of


@pytest.fixture(autouse=True)
def _nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a picture would show what stays for seconds, or would not."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _self: None)
    monkeypatch.setattr(footer, "SAID_FOR", _FOR_GOOD)
    monkeypatch.setattr(PituiApp, "NOTIFICATION_TIMEOUT", _FOR_GOOD)


@pytest.fixture(autouse=True)
def _drawn_when_looked_at(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw for a test that looks, but for those that are marked `draws` at every change."""
    if request.node.get_closest_marker("draws") is None:
        draw_when_looked_at(monkeypatch)


@pytest.fixture(scope="session", autouse=True)
def _styles_are_parsed_once() -> Iterator[None]:
    """Textual parses all styles anew for each app; rules are not changed once they are parsed."""
    parse = Stylesheet._parse_rules
    parsed: dict[Hashable, list[RuleSet]] = {}

    def parse_rules(sheet: Stylesheet, css: str, *args: Any, **options: Any) -> list[RuleSet]:
        key = (css, args, *options.items(), *sheet._variables.items())
        if key not in parsed:
            parsed[key] = parse(sheet, css, *args, **options)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_rules)
        yield


@pytest.fixture
def looks(snapshot: SnapshotAssertion) -> Looks:
    """Return what compares how the UI looks with what is stored."""
    return Looks(snapshot)


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is `support.plain_cluster.NOW`, in UTC, and stays so."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: NOW)

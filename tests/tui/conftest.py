"""What holds for all tests of the UI."""

import time

import pytest
from support.looks import Looks
from support.plain_cluster import NOW
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from pitui.tui.app import PituiApp
from pitui.tui.base.actions import footer

_FOR_GOOD = 3600.0


@pytest.fixture(autouse=True)
def _nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a picture would show what stays for seconds, or would not."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _self: None)
    monkeypatch.setattr(footer, "SAID_FOR", _FOR_GOOD)
    monkeypatch.setattr(PituiApp, "NOTIFICATION_TIMEOUT", _FOR_GOOD)


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

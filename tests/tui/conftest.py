"""What holds for all tests of the UI."""

import pytest
from textual.widgets import Input


@pytest.fixture(autouse=True)
def _steady_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine a picture would show the cursor of a field in either half of its blinking.
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _self: None)

"""What the lab says when it cannot run here."""

import os

import pytest

from tests.lab import needs


def test_missing_packages_are_named_with_the_command() -> None:
    programs = {"no-such-b": "package-b", "no-such-a": "package-a", "no-such": "package-b"}
    text = needs.missing(programs)
    assert text is not None
    assert text.endswith("sudo apt-get install -y package-a package-b")


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    text = needs.missing({})
    assert text is not None
    assert "root" in text

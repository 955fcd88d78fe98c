"""A home and a current folder of its own for every test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pitui.config.load import load_config
from pitui.config.model import Config
from pitui.domain.errors import ConfigError

GOOD = """\
cluster: {name: shelf, master: nuc}
nodes:
  nuc: {host: local}
  pi1: {host: 192.168.1.11}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder; the home is beside it and no configuration is anywhere."""
    home, current = tmp_path / "home", tmp_path / "current"
    home.mkdir()
    current.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("PITUI_CONFIG", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(current)
    return current


@pytest.fixture
def load(folder: Path) -> Callable[[str], Config]:
    """Write a text to config.yaml in the current folder and load that."""

    def run(text: str) -> Config:
        Path("config.yaml").write_text(text, encoding="utf-8")
        return load_config(Path("config.yaml"))

    return run


@pytest.fixture
def refusal(load: Callable[[str], Config]) -> Callable[[str], str]:
    """Load a text that must be refused, and return the one line that says why."""

    def run(text: str) -> str:
        with pytest.raises(ConfigError) as caught:
            load(text)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return run


@pytest.fixture
def good() -> str:
    """Four lines that load."""
    return GOOD

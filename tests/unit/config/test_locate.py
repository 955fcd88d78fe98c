"""The order in which a configuration is searched."""

from pathlib import Path

import pytest

from pitui.config.load import (
    find_config,
)
from pitui.domain.errors import ConfigError


def _write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("", encoding="utf-8")
    return path


def test_the_nearer_place_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _write(Path.home() / ".config/pitui/config.yaml")
    assert find_config(None) == home
    xdg = _write(folder / "xdg/pitui/config.yaml")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "xdg"))
    assert find_config(None) == xdg
    _write(folder / "config.yaml")
    assert find_config(None) == Path("config.yaml")
    variable = _write(folder / "variable.yaml")
    monkeypatch.setenv("PITUI_CONFIG", str(variable))
    assert find_config(None) == variable
    asked = _write(folder / "asked.yaml")
    assert find_config(asked) == asked


def test_no_configuration_names_where_it_was_looked_for() -> None:
    with pytest.raises(ConfigError) as caught:
        find_config(None)
    assert str(caught.value) == (
        f"no configuration: looked for config.yaml and {Path.home()}/.config/pitui/config.yaml. "
        "Create one with: pitui init"
    )


def test_a_file_that_was_asked_for_is_not_replaced_by_another(folder: Path) -> None:
    _write(folder / "config.yaml")
    with pytest.raises(ConfigError, match=r"other.yaml: no such file. Create one"):
        find_config(Path("other.yaml"))


def test_the_variable_is_named_where_its_file_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(folder / "config.yaml")
    monkeypatch.setenv("PITUI_CONFIG", "gone.yaml")
    with pytest.raises(ConfigError, match=r"gone.yaml: no such file \(from \$PITUI_CONFIG\)"):
        find_config(None)


def test_an_empty_variable_counts_as_unset(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(folder / "config.yaml")
    monkeypatch.setenv("PITUI_CONFIG", "")
    assert find_config(None) == Path("config.yaml")


def test_a_tilde_is_the_home() -> None:
    path = _write(Path.home() / "own.yaml")
    assert find_config(Path("~/own.yaml")) == path


def test_a_path_below_a_file_does_not_exist(folder: Path) -> None:
    _write(folder / "file")
    with pytest.raises(ConfigError, match=r"no such file"):
        find_config(Path("file/config.yaml"))

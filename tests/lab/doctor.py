"""`pitui doctor` on a lab."""

from pathlib import Path
from typing import Any

from tests.lab.pitui import pitui


def findings(config: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Return how `pitui doctor` ended, and what it said."""
    said = pitui(config, "doctor", "--json", *words)
    assert said.stdout, said
    return said.status, said.document


def troubles(said: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    """Return check, node and title of each error and warning."""
    return [
        (one["check"], one["node"], one["title"])
        for one in said["findings"]
        if one["severity"] != "info"
    ]

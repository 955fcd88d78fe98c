"""What is known about a lab, written before it is made: enough to take it down at any time."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from tests.lab import paths
from tests.lab.kinds import Kind
from tests.lab.shell import LabError


@dataclass(frozen=True, slots=True)
class State:
    """A lab's subnet and the kinds of its machines."""

    index: int
    machines: tuple[Kind, ...]


def folder(name: str) -> Path:
    """Return a lab's folder.

    Raises:
        LabError: the name is not one.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", name):
        raise LabError(f"{name!r} cannot be a lab's name: lower case letters, digits, - and _")
    return paths.labs() / name


def names() -> list[str]:
    """Return the labs that are up, or were left behind."""
    return sorted(path.name for path in paths.labs().glob("*/"))


def read(name: str) -> State | None:
    """Return a lab's state, or None when it is not up."""
    path = folder(name) / "state.json"
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    return State(found["index"], tuple(Kind(**kind) for kind in found["machines"]))


def write(name: str, state: State) -> None:
    """Write a lab's state in one step."""
    path = folder(name) / "state.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    machines = [kind.plain() for kind in state.machines]
    part.write_text(json.dumps({"index": state.index, "machines": machines}))
    part.rename(path)

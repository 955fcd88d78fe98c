"""A configuration as it is in the file: values with the line and column of each."""

from msgspec import Struct, field

from pitui.config.yaml.problem import Path, quoted


class SourcePlace(Struct, frozen=True):
    """Where something is in the file; line and column count from 1."""

    line: int
    column: int


class Leaf(Struct, frozen=True):
    """One value: `text` as it was written, `value` as YAML 1.2 reads it."""

    place: SourcePlace
    text: str
    value: str | int | float | bool | None

    def __str__(self) -> str:
        """Return what was found, in words."""
        if self.value is None:
            return "nothing"
        return quoted(self.text) if isinstance(self.value, str) else self.text[:60]


class MappingEntry(Struct, frozen=True):
    """One key of a mapping and what it leads to."""

    key: str
    place: SourcePlace
    tree: "Tree"


class Mapping(Struct, frozen=True):
    """Keys with values, in the order of the file."""

    place: SourcePlace
    entries: dict[str, MappingEntry] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return what was found, in words."""
        return "a mapping (keys with values)"


class Sequence(Struct, frozen=True):
    """A list of values."""

    place: SourcePlace
    items: list["Tree"] = field(default_factory=list)

    def __str__(self) -> str:
        """Return what was found, in words."""
        return "a list"


Tree = Leaf | Mapping | Sequence


def key_place(tree: Tree, path: Path) -> SourcePlace:
    """Return where the key of a path stands, or the nearest key above it that is in the file."""
    place = tree.place
    for part in path:
        if isinstance(tree, Mapping) and part in tree.entries:
            place, tree = tree.entries[part].place, tree.entries[part].tree
        elif isinstance(tree, Sequence) and part.isdecimal() and int(part) < len(tree.items):
            tree = tree.items[int(part)]
            place = tree.place
        else:
            break
    return place

"""Comparing a tree with the model: which keys there are and what type each value has.

msgspec itself stops at the first wrong value and calls a node `[...]`, so that neither the line nor
the node's name could be told. Every rule still comes from the model's own types.
"""

from typing import Any

import msgspec.inspect as types

from pitui.config.allowed_values import allowed, first_of_kind, unwrapped
from pitui.config.did_you_mean import nearest
from pitui.config.yaml.problem import Path, Problem, dotted
from pitui.config.yaml.yaml_tree import Leaf, Mapping, Sequence, Tree

MISSING = object()
"""Stands for a value that is wrong; its problem is in the list."""


class Shaper:
    """Turns a tree into builtins that fit a type, and collects what does not."""

    def __init__(self, root: types.Type) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def value(self, tree: Tree, kind: types.Type, path: Path) -> object:
        """Return the value that a tree stands for, or MISSING."""
        options = unwrapped(kind)
        if isinstance(tree, Leaf):
            return self._leaf(tree, options, path)
        if isinstance(tree, Mapping) and (struct := first_of_kind(options, types.StructType)):
            return self._struct(tree, struct, path)
        if isinstance(tree, Mapping) and (table := first_of_kind(options, types.DictType)):
            return self._table(tree, table, path)
        if isinstance(tree, Sequence) and (listing := first_of_kind(options, types.ListType)):
            return self._list(tree, listing, path)
        return self._wrong(tree, options, path)

    def _struct(self, tree: Mapping, struct: types.StructType, path: Path) -> object:
        fields = {field.encode_name: field for field in struct.fields}
        meant: set[str] = set()
        values: dict[str, object] = {}
        for key, entry in tree.entries.items():
            if key in fields:
                values[key] = self.value(entry.tree, fields[key].type, (*path, key))
            else:
                meant.add(self._unknown(entry.place.line, (*path, key), list(fields)))
        for name, field in fields.items():
            if field.required and name not in values and name not in meant:
                expected = allowed(unwrapped(field.type))
                message = f"missing; it is required, allowed: {expected}"
                self.problems.append(Problem(tree.place.line, (*path, name), message))
        return values

    def _unknown(self, line: int, path: Path, known: list[str]) -> str:
        """Report an unknown key and return the one that was probably meant."""
        key = path[-1]
        close = nearest(key, known)
        elsewhere = None if close else self._elsewhere(key)
        hint = f"; did you mean {close or elsewhere}?" if close or elsewhere else ";"
        message = f"unknown key{hint} allowed: {', '.join(known)}"
        self.problems.append(Problem(line, path, message))
        return close or ""

    def _elsewhere(self, key: str) -> str | None:
        """Return the first path in the whole model that ends in a key."""
        for path in paths_of(self._root):
            if path[-1] == key:
                return dotted(path)
        return None

    def _table(self, tree: Mapping, table: types.DictType, path: Path) -> object:
        return {
            key: self.value(entry.tree, table.value_type, (*path, key))
            for key, entry in tree.entries.items()
        }

    def _list(self, tree: Sequence, listing: types.ListType, path: Path) -> object:
        return [
            self.value(item, listing.item_type, (*path, str(number)))
            for number, item in enumerate(tree.items)
        ]

    def _leaf(self, leaf: Leaf, options: list[types.Type], path: Path) -> object:
        if leaf.value is None:
            return self._nothing(leaf, options, path)
        if _as_written(options):
            return leaf.text
        for option in options:
            if _fits(leaf.value, option):
                return leaf.value
        return self._wrong(leaf, options, path)

    def _nothing(self, leaf: Leaf, options: list[types.Type], path: Path) -> object:
        """Take a key without a value as an empty section where a section may be."""
        if first_of_kind(options, types.NoneType):
            return None
        if first_of_kind(options, types.StructType, types.DictType):
            return self.value(Mapping(leaf.place), types.UnionType(tuple(options)), path)
        if first_of_kind(options, types.ListType):
            return []
        return self._wrong(leaf, options, path)

    def _wrong(self, tree: Tree, options: list[types.Type], path: Path) -> object:
        expected = allowed(options)
        message = f"found {tree}, allowed: {expected}"
        wants_text = first_of_kind(options, types.StrType)
        if isinstance(tree, Leaf) and wants_text and tree.value is not None:
            message += f'; put it in quotes: "{tree.text}"'
        self.problems.append(Problem(tree.place.line, path, message))
        return MISSING


def paths_of(kind: types.Type, path: Path = ()) -> list[Path]:
    """Return the path of every key of a type; NAME stands for a key that people choose."""
    found: list[Path] = []
    for option in unwrapped(kind):
        if isinstance(option, types.StructType):
            for field in option.fields:
                inner = (*path, field.encode_name)
                found += [inner, *paths_of(field.type, inner)]
        elif isinstance(option, types.DictType):
            found += paths_of(option.value_type, (*path, "NAME"))
        elif isinstance(option, types.ListType):
            found += paths_of(option.item_type, path)
    return found


def _as_written(options: list[types.Type]) -> bool:
    """Say whether a type takes any word; then `1.10` must not become 1.1."""
    return all(
        first_of_kind(options, kind) for kind in (types.StrType, types.IntType, types.FloatType)
    )


def _fits(value: str | float | bool, option: types.Type) -> bool:
    if isinstance(option, types.LiteralType):
        return any(value == known and type(value) is type(known) for known in option.values)
    if isinstance(value, bool):
        return isinstance(option, types.BoolType)
    if isinstance(value, str):
        return isinstance(option, types.StrType)
    if isinstance(option, types.IntType):
        return isinstance(value, int) and _is_within(value, option)
    return isinstance(option, types.FloatType) and _is_within(value, option)


def _is_within(value: float, option: types.IntType | types.FloatType) -> bool:
    bounds: list[Any] = [option.ge, option.gt, option.le, option.lt]
    at_least, above, at_most, below = bounds
    return (
        (at_least is None or value >= at_least)
        and (above is None or value > above)
        and (at_most is None or value <= at_most)
        and (below is None or value < below)
    )

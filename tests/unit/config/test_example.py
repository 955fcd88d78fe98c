"""config.example.yaml loads and has every key of the model."""

from pathlib import Path

import msgspec.inspect

from pitui.config.decode_tree import paths_of
from pitui.config.load import load_config
from pitui.config.model import Document
from pitui.config.yaml.yaml_lines import read_yaml
from pitui.config.yaml.yaml_tree import Leaf, Mapping, Tree

EXAMPLE = Path(__file__).parents[3] / "config.example.yaml"


def test_it_loads_anywhere() -> None:
    assert load_config(EXAMPLE).cluster.master == "nuc"


def test_it_has_every_key() -> None:
    tree, problems = read_yaml(EXAMPLE.read_text(encoding="utf-8"))
    assert tree is not None
    assert problems == []
    known = set(paths_of(msgspec.inspect.type_info(Document)))
    assert known - set(_paths(tree, ())) == set()


def _paths(tree: Tree, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the paths in a tree, with NAME for a name that people choose."""
    if isinstance(tree, Leaf):
        return []
    if not isinstance(tree, Mapping):
        return [found for item in tree.items for found in _paths(item, path)]
    found = []
    for key, entry in tree.entries.items():
        inner = (*path, "NAME" if path in {("nodes",), ("jobs",), ("logs",)} else key)
        found += [inner, *_paths(entry.tree, inner)]
    return found

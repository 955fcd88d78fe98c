"""Loading the configuration: bytes, text, tree, types, sense; every problem with its line."""

import os
from pathlib import Path

import msgspec
import msgspec.inspect

from pitui.config.check import config_problems
from pitui.config.decode_tree import Shaper
from pitui.config.model import Config, Document
from pitui.config.paths import config_folder
from pitui.config.yaml.problem import Problem
from pitui.config.yaml.read import read_text
from pitui.config.yaml.yaml_lines import YamlError, read_yaml
from pitui.config.yaml.yaml_tree import Tree, key_place
from pitui.domain.errors import ConfigError, NoConfigError

FILE_NAME = "config.yaml"
VARIABLE = "PITUI_CONFIG"
_ADVICE = "Create one with: pitui init"


def find_config(path: Path | None = None) -> Path:
    """Return the path of the configuration file.

    Args:
        path: the file that was asked for; None searches.

    Raises:
        NoConfigError: none was asked for, and the search finds none.
        ConfigError: the one that was asked for is not there.
    """
    if path is not None:
        return _existing(path, "")
    named = os.environ.get(VARIABLE)
    if named:
        return _existing(Path(named), f" (from ${VARIABLE})")
    candidates = [Path(FILE_NAME), config_folder() / FILE_NAME]
    for candidate in candidates:
        if os.path.lexists(candidate):
            return candidate
    looked = " and ".join(str(candidate) for candidate in candidates)
    raise NoConfigError(f"no configuration: looked for {looked}", _ADVICE)


def _existing(path: Path, origin: str) -> Path:
    """Return a path that something is at; reading says whether it is any good."""
    if "\0" in str(path):
        raise ConfigError(f"{str(path)!r} is not a file name{origin}")
    try:
        expanded = path.expanduser()
    except RuntimeError:
        expanded = path
    if not os.path.lexists(expanded):
        raise ConfigError(f"{path}: no such file{origin}", _ADVICE)
    return expanded


_MOST_SHOWN = 10


def load_config(path: Path | None = None) -> Config:
    """Load, decode and check a configuration.

    Args:
        path: the file that was asked for; None takes the first of $PITUI_CONFIG, ./config.yaml and
            the one in the XDG configuration folder.

    Raises:
        ConfigError: there is none, or it cannot be used. One line a problem, in the order of the
            file: file, line, key, what was found and what is allowed.
    """
    file = find_config(path)
    config, problems = parse_config(read_text(file), file.absolute().parent)
    if config is None or problems:
        raise ConfigError(_report(str(file), problems))
    return config


def parse_config(text: str, folder: Path) -> tuple[Config | None, list[Problem]]:
    """Return the configuration of a text, or None, and what is wrong with it.

    Args:
        text: what a config.yaml holds.
        folder: where its relative paths start.
    """
    try:
        tree, problems = read_yaml(text)
    except YamlError as error:
        return None, [error.problem]
    if tree is None:
        message = "the file is empty; allowed: at least cluster.master and nodes"
        return None, [Problem(0, (), message)]
    document, more = _typed(tree)
    problems += more
    if document is None or problems:
        return None, problems
    config = Config(**msgspec.structs.asdict(document), folder=folder)
    return config, [
        Problem(key_place(tree, path).line, path, message)
        for path, message in config_problems(config)
    ]


def _typed(tree: Tree) -> tuple[Document | None, list[Problem]]:
    kind = msgspec.inspect.type_info(Document)
    shaper = Shaper(kind)
    value = shaper.value(tree, kind, ())
    if shaper.problems:
        return None, shaper.problems
    return msgspec.convert(value, Document), []


def _report(name: str, problems: list[Problem]) -> str:
    lines = [problem.in_file(name) for problem in sorted(problems, key=lambda one: one.line)]
    more = len(lines) - _MOST_SHOWN
    if more > 0:
        lines[_MOST_SHOWN:] = [f"{name}: and {more} more problems like these"]
    return "\n".join(lines)

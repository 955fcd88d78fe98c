"""Loading the configuration: bytes, text, tree, types, sense; every problem with its line."""

from pathlib import Path

import msgspec
import msgspec.inspect

from pitui.config.check import check
from pitui.config.locate import find_config
from pitui.config.model import Config, Document
from pitui.config.problem import Problem
from pitui.config.read import read_text
from pitui.config.shape import Shaper
from pitui.config.tree import Tree, place_of
from pitui.config.yaml_lines import YamlError, read_yaml
from pitui.domain.errors import ConfigError

_MOST_SHOWN = 10


def load_config(path: Path | None = None) -> Config:
    """Return the configuration.

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
        message = "found nothing in it; allowed: at least cluster.master and nodes"
        return None, [Problem(0, (), message)]
    document, more = _typed(tree)
    problems += more
    if document is None or problems:
        return None, problems
    config = Config(**msgspec.structs.asdict(document), folder=folder)
    return config, [
        Problem(place_of(tree, path).line, path, message) for path, message in check(config)
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

"""YAML text as a tree that knows its lines; nothing in it is ever constructed or expanded.

PyYAML's own loaders lose the lines, let a later key silently replace an earlier one, and expand
aliases (a few lines can become gigabytes). So this reads the parser's events: anchors, aliases,
tags and further documents are refused, and keys given twice are reported.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

import yaml

from pitui.config.yaml.problem import Path, Problem, quoted
from pitui.config.yaml.yaml_tree import Leaf, Mapping, MappingEntry, Sequence, SourcePlace, Tree

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# Longer figures stay text: no key allows them.
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,2})?")


def plain_value(text: str) -> str | int | float | bool | None:
    """Return what a word without quotes means."""
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    return text


# The C parser is ten times as fast, where PyYAML was built with it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 16
_TOO_DEEP = "maximum nesting depth"
_TAB = "found a tab; YAML is indented with spaces only"
_FORBIDDEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""What YAML 1.2 allows nowhere (all but c-printable), and the byte order mark."""


class YamlError(Exception):
    """The text is no YAML that pitui takes; carries the one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_yaml(text: str) -> tuple[Tree | None, list[Problem]]:
    """Return the tree of a YAML text, or None where it is empty, and the keys given twice.

    Raises:
        YamlError: the text is not YAML, or uses what pitui refuses.
    """
    _refuse_characters(text)
    builder = _Builder(yaml.parse(text, Loader=_LOADER))
    try:
        return builder.document(), builder.problems
    except yaml.MarkedYAMLError as error:
        if _TOO_DEEP in (error.problem or "") and error.problem_mark:
            # Newer parsers refuse it before they hand out what lies before: that tells more.
            return read_yaml(text[: error.problem_mark.index])
        raise _syntax_error(error, text) from error
    except yaml.YAMLError as error:
        raise YamlError(Problem(0, (), f"not YAML: {' '.join(str(error).split())}")) from error


class _Builder:
    """Builds the tree from the parser's events."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self.problems: list[Problem] = []

    def document(self) -> Tree | None:
        """Return the only document."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        tree = self._tree(next(self._events), ())
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _yaml_error(after, (), "a second document (---)", "one")
        if isinstance(tree, Leaf) and tree.value is None:
            return None
        return tree

    def _tree(self, event: yaml.Event, path: Path) -> Tree:
        _refuse_expansion(event, path)
        if len(path) > _DEEPEST:
            raise _yaml_error(event, path[:3], "nesting deeper than any key", f"{_DEEPEST}")
        place = _event_place(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place, path)
        scalar = cast("yaml.ScalarEvent", event)
        plain = scalar.implicit[0]
        return Leaf(place, scalar.value, plain_value(scalar.value) if plain else scalar.value)

    def _mapping(self, place: SourcePlace, path: Path) -> Mapping:
        mapping = Mapping(place)
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            _refuse_expansion(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                raise _yaml_error(event, path, "a mapping or list as a key", "a word")
            inner = (*path, event.value)
            entry = MappingEntry(
                event.value, _event_place(event), self._tree(next(self._events), inner)
            )
            first = mapping.entries.setdefault(entry.key, entry)
            if first is not entry:
                message = f"given twice, first on line {first.place.line}; allowed: once"
                self.problems.append(Problem(entry.place.line, inner, message))
        return mapping

    def _sequence(self, place: SourcePlace, path: Path) -> Sequence:
        sequence = Sequence(place)
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            sequence.items.append(self._tree(event, (*path, str(len(sequence.items)))))
        return sequence


def _event_place(event: yaml.Event) -> SourcePlace:
    mark = event.start_mark
    return SourcePlace(mark.line + 1, mark.column + 1) if mark else SourcePlace(0, 0)


def _yaml_error(event: yaml.Event, path: Path, found: str, allowed: str) -> YamlError:
    return YamlError(Problem(_event_place(event).line, path, f"found {found}; allowed: {allowed}"))


def _refuse_expansion(event: yaml.Event, path: Path) -> None:
    if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
        kind = "an alias" if isinstance(event, yaml.AliasEvent) else "an anchor"
        raise _yaml_error(event, path, f"{kind} ({quoted(event.anchor)})", "the value itself")
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        raise _yaml_error(event, path, f"a tag ({quoted(event.tag)})", "the value without it")


def _refuse_characters(text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.lstrip()
        if "\t" in line[: len(line) - len(content)] and content and not content.startswith("#"):
            raise YamlError(Problem(number, (), _TAB))
        if found := _FORBIDDEN.search(line):
            message = f"not YAML: found the control character U+{ord(found[0]):04X}"
            raise YamlError(Problem(number, (), message))


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> YamlError:
    lines = text.rstrip("\n").split("\n")
    mark = error.problem_mark or error.context_mark
    line = min(mark.line + 1, len(lines)) if mark else 0
    if mark and lines[line - 1][mark.column : mark.column + 1] == "\t":
        return YamlError(Problem(line, (), _TAB))
    since = error.context_mark
    began = f" that began on line {since.line + 1}" if since and since.line + 1 < line else ""
    context = f" ({error.context}{began})" if error.context else ""
    return YamlError(Problem(line, (), f"not YAML: {error.problem or error}{context}"))

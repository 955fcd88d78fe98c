"""Keys as people write them, and their remapping by `ui.keys`."""

from collections.abc import Mapping
from difflib import get_close_matches
from itertools import combinations

from pitui.domain.errors import ConfigError
from pitui.tui.base.actions.action_table import ACTIONS, Action, Scope, reaches

_SHOWN = {
    "colon": ":", "question_mark": "?", "slash": "/", "exclamation_mark": "!", "space": "Space",
    "enter": "Enter", "escape": "Esc", "tab": "Tab", "shift+tab": "Shift+Tab", "pagedown": "PgDn",
    "pageup": "PgUp", "home": "Home", "end": "End", "delete": "Del", "down": "↓", "up": "↑",
    "left": "←", "right": "→", "backspace": "Backspace", "insert": "Ins",
}  # fmt: skip
_MODIFIERS = ("ctrl", "shift", "alt")
_RESERVED = {"ctrl+c": "it must never do anything but hint how to quit"}


def shown(key: str) -> str:
    """Return a key as people read it: `Ctrl+P`, `Space`, `:`."""
    if key in _SHOWN:
        return _SHOWN[key]
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if modifiers:
        return "+".join([*(m.capitalize() for m in modifiers), _SHOWN.get(last, last.upper())])
    return key.upper() if key[:1] == "f" and key[1:].isdigit() else key


class Keys:
    """The keys of every action, after `ui.keys` was applied.

    Raises:
        ConfigError: `ui.keys` names an unknown action, something that is no key, or one key for
            two actions that can be meant at the same time.
    """

    def __init__(self, overrides: Mapping[str, str]) -> None:
        self.overrides = {name: _clean(name, keys) for name, keys in overrides.items()}
        self._check_names()
        self._keys = {a.id: self.overrides.get(a.id, a.keys).split(",") for a in ACTIONS}
        for one, other in combinations(ACTIONS, 2):
            self._check_clash(one, other)

    def of(self, action: Action) -> list[str]:
        """Return an action's keys, as people read them."""
        return [shown(key) for key in self._keys[action.id]]

    def first(self, action: Action) -> str:
        """Return the key that the footer shows for an action."""
        return self.of(action)[0]

    def _check_names(self) -> None:
        ids = [action.id for action in ACTIONS]
        for name in self.overrides:
            if name not in ids:
                near = get_close_matches(name, ids, n=1, cutoff=0.4)
                meant = f"Did you mean {near[0]}? " if near else ""
                raise ConfigError(
                    f"ui.keys: unknown action {name!r}", f"{meant}Actions: {', '.join(ids)}."
                )

    def _check_clash(self, one: Action, other: Action) -> None:
        if one.id not in self.overrides and other.id not in self.overrides:
            return
        common = set(self._keys[one.id]) & set(self._keys[other.id])
        if common and _meet(one, other):
            key = shown(min(common))
            given, kept = (one, other) if one.id in self.overrides else (other, one)
            raise ConfigError(
                f"ui.keys: {key!r} for {given.id} is already used by {kept.id} ({kept.title})",
                f"Choose another key, or move {kept.id} to another key too.",
            )


def _meet(one: Action, other: Action) -> bool:
    """Return whether two actions can be active in one place, and so need different keys."""
    return any(
        {*one.scopes} & {*reaches(place)} and {*other.scopes} & {*reaches(place)} for place in Scope
    )


def _clean(name: str, keys: str) -> str:
    parts = [_long_form(name, key.strip()) for key in keys.split(",")]
    return ",".join(parts)


def _long_form(name: str, key: str) -> str:
    for word, sign in (("colon", ":"), ("slash", "/"), ("question_mark", "?"), ("space", " ")):
        if key == sign:
            return word
    *modifiers, last = key.split("+") if key != "+" else [key]
    if key in _RESERVED:
        raise ConfigError(f"ui.keys: {key} cannot be used for {name}: {_RESERVED[key]}")
    if not last or not set(modifiers) <= set(_MODIFIERS) or (len(last) > 1 and not _is_named(last)):
        raise ConfigError(
            f"ui.keys: {key!r} for {name} is not a key",
            "Write a character such as s, or a name such as ctrl+x, f5, space, enter, pagedown.",
        )
    return key


def _is_named(last: str) -> bool:
    return last in _SHOWN or last.isidentifier()

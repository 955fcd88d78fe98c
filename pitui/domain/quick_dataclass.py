"""Frozen dataclasses that are made in a tenth of the time.

`dataclasses.dataclass` writes and compiles six functions for each class, half a millisecond and
more: for the 70 classes that the first paint needs, as long as importing all of pitui's own code.
Here four of them are the same for all classes, and `__init__` is compiled when the first instance
is made, which for most classes of a start never happens.
"""

import dataclasses
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

_QUICK = {"frozen": True, "slots": True}


def _quick_dataclass(cls: type | None = None, /, **options: bool) -> Any:  # noqa: ANN401
    """Make a dataclass; one that is frozen and has slots, and nothing else special, quickly."""
    if cls is None:
        return lambda of: _quick_dataclass(of, **options)
    own = vars(cls)
    if options != _QUICK or "__init__" in own:
        return dataclasses.dataclass(**options)(cls)
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    known = dataclasses.fields(made)
    compared = tuple(field.name for field in known if field.compare)
    values = _values_of(compared)

    def equal(self: object, other: object) -> Any:  # noqa: ANN401 - as `==` says
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    methods: dict[str, Callable[..., Any]] = {
        "__init__": _init_at_first(made),
        "__eq__": equal,
        "__hash__": lambda self: hash(values(self)),
        "__repr__": _representation([field.name for field in known if field.repr]),
    }
    for name, method in methods.items():
        if own.get(name) is None:
            method.__qualname__ = f"{made.__qualname__}.{name}"
            setattr(made, name, method)
    made.__setattr__ = made.__delattr__ = _refuse_change
    made.__getstate__ = _slot_values
    made.__setstate__ = _restore_slots
    return made


def _values_of(names: tuple[str, ...]) -> Callable[[object], Any]:
    """Return what gives the values of some fields as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _representation(names: Iterable[str]) -> Callable[[object], str]:
    def shown(self: object) -> str:
        words = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({words})"

    return shown


def _refuse_change(_self: object, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _slot_values(self: Any) -> list[Any]:  # noqa: ANN401 - any such value
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore_slots(self: Any, state: list[Any]) -> None:  # noqa: ANN401
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


def _init_at_first(cls: type) -> Callable[..., None]:
    """Return the `__init__` of a class; it takes its real one's place when it is first called."""

    def first(self: object, *args: object, **named: object) -> None:
        real = _written_init(cls)
        if vars(cls)["__init__"] is first:
            cls.__init__ = real  # type: ignore[misc]
        real(self, *args, **named)

    return first


def _written_init(cls: type) -> Callable[..., None]:
    known = dataclasses.fields(cls)
    names: dict[str, Any] = {"NEW": dataclasses.MISSING, "__name__": cls.__module__}
    taken, body = ["self"], []
    for keyword_only in (False, True):
        fields = [field for field in known if field.kw_only is keyword_only]
        if keyword_only and any(field.init for field in fields):
            taken.append("*")
        for field in fields:
            name = field.name
            names[f"_set_{name}"] = getattr(cls, name).__set__
            if field.default is not dataclasses.MISSING:
                names[f"default_{name}"] = field.default
                word, value = f"{name}=default_{name}", name if field.init else f"default_{name}"
            elif field.default_factory is not dataclasses.MISSING:
                names[f"make_{name}"] = field.default_factory
                made = f"make_{name}()"
                word, value = f"{name}=NEW", f"{made} if {name} is NEW else {name}"
                value = value if field.init else made
            else:
                word = value = name
            if field.init:
                taken.append(word)
                body.append(f" _set_{name}(self, {value})")
            elif field.default is not field.default_factory:
                body.append(f" _set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()")
    text = f"def __init__({', '.join(taken)}):\n" + "\n".join(body or [" pass"])
    exec(text, names)  # noqa: S102 - as in `dataclasses`, of the names of fields alone
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _quick_dataclass

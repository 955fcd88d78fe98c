"""The types of the model in words: what a key may be set to."""

from typing import TypeVar

import msgspec.inspect as types

from pitui.config.yaml.problem import one_of_words

T = TypeVar("T", bound=types.Type)


def unwrapped(kind: types.Type) -> list[types.Type]:
    """Return the alternatives of a type, without the metadata around them."""
    if isinstance(kind, types.Metadata):
        return unwrapped(kind.type)
    if isinstance(kind, types.UnionType):
        return [option for inner in kind.types for option in unwrapped(inner)]
    return [kind]


def first_of_kind(options: list[types.Type], *kinds: type[T]) -> T | None:
    """Return the first alternative of one of the kinds."""
    return next((option for option in options if isinstance(option, kinds)), None)


def allowed(options: list[types.Type]) -> str:
    """Return alternatives in words: `a whole number from 1 to 65535 or null`."""
    if first_of_kind(options, types.StrType) and first_of_kind(options, types.FloatType):
        return "text, a number, true or false"
    mappings_last = sorted(options, key=lambda one: isinstance(one, types.StructType))
    return one_of_words([text for option in mappings_last for text in _option_words(option)])


def _option_words(option: types.Type) -> list[str]:
    match option:
        case types.LiteralType():
            return [str(value) for value in sorted(option.values, key=str)]
        case types.IntType() | types.FloatType():
            return [_number_words(option)]
        case types.StructType():
            return [f"a mapping with the keys {', '.join(f.encode_name for f in option.fields)}"]
        case types.DictType():
            return ["a mapping of names to values"]
    return _SIMPLE[type(option)]


def _number_words(option: types.IntType | types.FloatType) -> str:
    kind = "a whole number" if isinstance(option, types.IntType) else "a number"
    low = f" from {option.ge}" if option.ge is not None else ""
    low = f" above {option.gt}" if option.gt is not None else low
    high = f" to {option.le}" if option.le is not None else ""
    return kind + low + high


_SIMPLE: dict[type[types.Type], list[str]] = {
    types.BoolType: ["true", "false"],
    types.StrType: ["text"],
    types.NoneType: ["null"],
    types.ListType: ["a list"],
}

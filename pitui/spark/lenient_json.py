"""Values that do not fit their type: null or another kind where a text or a number is declared."""

import math
from functools import cache

import msgspec
from msgspec import inspect

_UNFIT = object()
_SCALARS: dict[type, type] = {
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.StrType: str,
    inspect.BoolType: bool,
}


def convert_leniently(raw: object, kind: object) -> tuple[object, int]:
    """Return a decoded JSON value as one of a type, and how much of it was lost.

    A field that is null or of another kind has its default. What has no default, an id, takes what
    it belongs to with it: a row out of its list. A null counts as nothing lost, as it says nothing.

    Raises:
        msgspec.ValidationError: nothing of that type is left.
    """
    fitting = _Fitting()
    value = fitting.value(raw, _type_of(kind))
    if (
        value == []
        and isinstance(raw, list)
        and not any(item is None or isinstance(item, dict) for item in raw)
    ):
        value = _UNFIT  # another list than one of rows
    # Where nothing is left, this says why.
    return msgspec.convert(raw if value is _UNFIT else value, kind, strict=False), fitting.lost


@cache
def _type_of(kind: object) -> inspect.Type:
    return inspect.type_info(kind)


class _Fitting:
    def __init__(self) -> None:
        self.lost = 0

    def value(self, raw: object, kind: inspect.Type) -> object:
        match kind:
            case inspect.UnionType(types=types):
                return self._one_of(raw, types)
            case inspect.StructType(fields=fields):
                return self._struct(raw, fields)
            case inspect.ListType(item_type=item):
                return self._list(raw, item)
            case inspect.DictType(value_type=of):
                return self._dict(raw, of)
            case inspect.TupleType(item_types=types):
                return self._tuple(raw, types)
        return _scalar(raw, kind)

    def _one_of(self, raw: object, types: tuple[inspect.Type, ...]) -> object:
        found = (self.value(raw, kind) for kind in types)
        return next((value for value in found if value is not _UNFIT), _UNFIT)

    def _struct(self, raw: object, fields: tuple[inspect.Field, ...]) -> object:
        if not isinstance(raw, dict):
            return _UNFIT
        kept = {}
        lost = self.lost
        for field in fields:
            given = raw.get(field.encode_name)
            value = self.value(given, field.type)
            if value is not _UNFIT:
                kept[field.encode_name] = value
            elif field.required:
                self.lost = lost
                return _UNFIT
            else:
                self.lost += given is not None
        return kept

    def _list(self, raw: object, kind: inspect.Type) -> object:
        if not isinstance(raw, list):
            return _UNFIT
        values = [self.value(item, kind) for item in raw]
        kept = [value for value in values if value is not _UNFIT]
        self.lost += len(values) - len(kept)
        return kept

    def _dict(self, raw: object, kind: inspect.Type) -> object:
        if not isinstance(raw, dict):
            return _UNFIT
        values = {key: self.value(item, kind) for key, item in raw.items()}
        kept = {key: value for key, value in values.items() if value is not _UNFIT}
        self.lost += len(values) - len(kept)
        return kept

    def _tuple(self, raw: object, types: tuple[inspect.Type, ...]) -> object:
        if not isinstance(raw, list) or len(raw) != len(types):
            return _UNFIT
        values = [self.value(item, kind) for item, kind in zip(raw, types, strict=True)]
        return _UNFIT if any(value is _UNFIT for value in values) else values


def _scalar(raw: object, kind: inspect.Type) -> object:
    if isinstance(kind, inspect.AnyType) or (raw is None and isinstance(kind, inspect.NoneType)):
        return raw
    wanted = _SCALARS.get(type(kind))
    if wanted is None or raw is None or (isinstance(raw, bool) and wanted is not bool):
        return _UNFIT
    if wanted is str and isinstance(raw, int | float):
        return str(raw)
    if wanted is int and isinstance(raw, float) and math.isfinite(raw):
        return int(raw)
    try:
        return msgspec.convert(raw, wanted, strict=False)
    except msgspec.ValidationError:
        return _UNFIT

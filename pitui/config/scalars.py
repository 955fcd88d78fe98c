"""Plain words of a YAML file as values, by the core schema of YAML 1.2.

YAML 1.1, which PyYAML follows, would read `no` as false, `0777` as 511 and `22:22` as 1342: a node
called `no` or a port with a typing error would silently become something else.
"""

import re

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

"""The values that a benchmark takes: what they are called, and which ones fit."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pitui.domain.sizing import SMALLEST_EXECUTOR_MIB
from pitui.domain.text.memory_amount import parse_memory, spark_memory


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a person can set; always text, checked by `check`."""

    name: str
    title: str
    default: str
    help: str
    check: Callable[[str], str]
    """Returns the value as the program takes it; raises ValueError with the reason."""
    option: str = ""
    """The program's option that gets it; empty where it is no option of the program."""


def whole_number(least: int, most: int) -> Callable[[str], str]:
    """Return the check of a whole number."""

    def check(text: str) -> str:
        digits = text.replace("_", "").replace(",", "")
        if not re.fullmatch(r"-?[0-9]+", digits):
            raise ValueError(f"{text!r} is not a whole number")
        if not least <= int(digits) <= most:
            raise ValueError(f"{text} is not between {least:,} and {most:,}")
        return str(int(digits))

    return check


def path_value(text: str) -> str:
    """Check a path; empty stays empty."""
    if text and (not text.startswith("/") or not text.isprintable()):
        raise ValueError(f"{text!r} is not an absolute path")
    return text


def size_value(text: str) -> str:
    """Check an amount such as 100m; empty stays empty."""
    if text:
        parse_memory(text)
    return text


def yes_value(text: str) -> str:
    """Check yes or no; no is empty."""
    if text.lower() not in ("yes", "no", ""):
        raise ValueError(f"{text!r} is neither yes nor no")
    return "yes" if text.lower() == "yes" else ""


def scale_value(text: str) -> str:
    """Check a scale factor; empty stays empty."""
    try:
        number = float(text or "1")
    except ValueError:
        number = 0.0
    if not 0.001 <= number <= 100:
        raise ValueError(f"{text!r} is not between 0.001 and 100")
    return text


def _memory_value(text: str) -> str:
    if not size_value(text):
        return ""
    mib = parse_memory(text)
    if mib < SMALLEST_EXECUTOR_MIB:
        raise ValueError(f"{text} is less than Spark's least of {SMALLEST_EXECUTOR_MIB}m")
    return spark_memory(mib)


def _cores_value(text: str) -> str:
    return whole_number(0, 1024)(text) if text else ""


COMMON = (
    Parameter(
        "executor_memory", "Memory", "", "an executor; empty: what fits",
        _memory_value,
    ),
    Parameter(
        "executor_cores", "Cores", "", "an executor; empty: all", _cores_value
    ),
)  # fmt: skip
"""What every benchmark takes."""

"""The benchmarks that pitui offers: one row each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pitui.domain.errors import UsageError
from pitui.domain.memory import parse_memory

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a person can set; always text, checked by `check`."""

    name: str
    title: str
    default: str
    help: str
    check: Callable[[str], str]
    """Returns the value as the program takes it; raises ValueError with the reason."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A program with its parameters."""

    name: str
    title: str
    description: str
    program: Path
    parameters: tuple[Parameter, ...]

    def check(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return a value for every parameter, given ones checked, others at their default.

        Raises:
            UsageError: an unknown parameter, or a value that does not fit.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                raise UsageError(
                    f"benchmark {self.name} has no parameter {name!r}",
                    f"It has: {', '.join(known)}.",
                )
        return {name: self._checked(p, values.get(name, p.default)) for name, p in known.items()}

    def _checked(self, parameter: Parameter, value: str) -> str:
        try:
            return parameter.check(value.strip())
        except ValueError as error:
            raise UsageError(f"{self.name}: {parameter.name}: {error}") from error


def _whole(least: int, most: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        digits = text.replace("_", "").replace(",", "")
        if not digits.isascii() or not digits.isdigit():
            raise ValueError(f"{text!r} is not a whole number")
        if not least <= int(digits) <= most:
            raise ValueError(f"{text} is not between {least:,} and {most:,}")
        return str(int(digits))

    return check


def _path_parameter(text: str) -> str:
    if not text.startswith("/") or "\0" in text or "\n" in text:
        raise ValueError(f"{text!r} is not an absolute path")
    return text


def _size_parameter(text: str) -> str:
    if text in ("", "0"):
        return ""
    parse_memory(text)
    return text


_PI = Benchmark(
    name="pi",
    title="Pi by Monte Carlo",
    description="Estimates pi from random points: pure CPU, hardly any data.",
    program=PROGRAMS / "pi.py",
    parameters=(
        Parameter("samples", "Samples", "20000000", "number of points", _whole(1, 10**12)),
        Parameter("partitions", "Partitions", "0", "tasks; 0: three a core", _whole(0, 100_000)),
    ),
)

_LINE_COUNT = Benchmark(
    name="linecount",
    title="Line count",
    description=(
        "Counts the lines of a text file or folder that every worker has at the same path."
    ),
    program=PROGRAMS / "line_count.py",
    parameters=(
        Parameter(
            "path",
            "Path",
            "/tmp/pitui-lines.txt",  # noqa: S108
            "the same on every worker",
            _path_parameter,
        ),
        Parameter(
            "generate",
            "Generate",
            "",
            "size such as 100m: write it on every node first",
            _size_parameter,
        ),
    ),
)

BENCHMARKS: dict[str, Benchmark] = {b.name: b for b in (_PI, _LINE_COUNT)}


def benchmark(name: str) -> Benchmark:
    """Return a benchmark by name.

    Raises:
        UsageError: there is none; names those there are.
    """
    if name not in BENCHMARKS:
        raise UsageError(f"unknown benchmark {name!r}", f"There are: {', '.join(BENCHMARKS)}.")
    return BENCHMARKS[name]

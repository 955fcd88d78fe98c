"""The benchmarks that pitui offers: one row each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pitui.bench import parameters
from pitui.bench.parameters import COMMON, Parameter
from pitui.domain.errors import UsageError

PROGRAMS = Path(__file__).parent / "programs"


class DataKind(StrEnum):
    """What has to be on every node before a benchmark begins."""

    NOTHING = "nothing"
    TEXT = "text"
    TABLES = "tables"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A program with its parameters, and what it needs."""

    name: str
    title: str
    description: str
    program: Path
    own_parameters: tuple[Parameter, ...]
    modules: tuple[str, ...] = ("harness.py",)
    """What goes with the program to every executor."""
    data: DataKind = DataKind.NOTHING
    mib_a_core: int = 0
    """The size that is chosen where nobody says one; 0 where the program has none."""
    scratch: float = 0.0
    """Bytes that Spark writes to its scratch disks for each byte of data."""
    python: bool = False
    """Whether its tasks run in Python."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All that can be set: its own, and what every benchmark has."""
        return self.own_parameters + COMMON

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

    def words(self, values: Mapping[str, str], size_mib: int | None) -> list[str]:
        """Return the program's own arguments for checked values and the size that was chosen."""
        words = []
        for parameter in self.own_parameters:
            value = values.get(parameter.name, "")
            if parameter.option and value not in ("", "0"):
                words += [parameter.option] if value == "yes" else [parameter.option, value]
        if self.mib_a_core and self.data is DataKind.NOTHING and size_mib:
            words += ["--size", str(size_mib)]
        return words


_SIZE = Parameter("size", "Size", "", "such as 100m; empty: what fits", parameters.size_value)
_WARM = Parameter(
    "warm", "Warm", "no", "yes: files may be in memory", parameters.yes_value, "--warm"
)
_TEXT = (
    Parameter(
        "path",
        "Path",
        "",
        "empty: text is made on nodes",
        parameters.path_value,
        "--path",
    ),
    Parameter(
        "generate",
        "Generate",
        "",
        "such as 100m: is written there",
        parameters.size_value,
    ),
    Parameter("size", "Size", "", "of text that is made", parameters.size_value),
    _WARM,
)
_TASKS = Parameter(
    "partitions",
    "Partitions",
    "0",
    "tasks; 0: three a core",
    parameters.whole_number(0, 100_000),
    "--partitions",
)

_ROWS: Sequence[Benchmark] = (
    Benchmark(
        "pi",
        "Pi by Monte Carlo",
        "Estimates pi from random points: pure CPU in Python, hardly any data.",
        PROGRAMS / "pi.py",
        (
            Parameter(
                "samples",
                "Samples",
                "20000000",
                "number of points",
                parameters.whole_number(1, 10**12),
                "--samples",
            ),
            _TASKS,
        ),
        python=True,
    ),
    Benchmark(
        "linecount",
        "Line count",
        "Counts the lines of a text file or folder that every worker has at the same path.",
        PROGRAMS / "line_count.py",
        (*_TEXT, _TASKS),
        ("harness.py", "text_files.py"),
        DataKind.TEXT,
        mib_a_core=64,
        python=True,
    ),
    Benchmark(
        "wordcount",
        "Word count",
        "Counts every word of a text: reading, CPU in the JVM, a small shuffle.",
        PROGRAMS / "word_count.py",
        _TEXT,
        ("harness.py", "text_files.py"),
        DataKind.TEXT,
        mib_a_core=32,
        python=True,
    ),
    Benchmark(
        "aggregate",
        "Aggregate",
        "Sums by 99,991 keys; every row is shuffled whole.",
        PROGRAMS / "aggregate.py",
        (_SIZE,),
        mib_a_core=32,
        scratch=1.5,
    ),
    Benchmark(
        "sort",
        "Sort",
        "Sorts rows of 100 bytes in the manner of TeraSort and writes them to the nodes' disks.",
        PROGRAMS / "sort.py",
        (_SIZE,),
        mib_a_core=32,
        scratch=3.0,
        python=True,
    ),
    Benchmark(
        "join",
        "Join",
        "Joins a large table with another large one (shuffle) and with a small one (broadcast).",
        PROGRAMS / "join.py",
        (_SIZE,),
        mib_a_core=32,
        scratch=2.0,
    ),
    Benchmark(
        "sql",
        "SQL",
        "Runs ten analytic queries over the TPC-H tables in Parquet, made on the nodes.",
        PROGRAMS / "sql.py",
        (
            Parameter(
                "scale",
                "Scale",
                "",
                "0.1 is 35 MiB; empty: what fits",
                parameters.scale_value,
            ),
            _WARM,
        ),
        ("harness.py", "text_files.py", "sql_queries.py", "sql_answers.py"),
        DataKind.TABLES,
        mib_a_core=12,
        scratch=1.0,
        python=True,
    ),
    Benchmark(
        "memory",
        "Memory",
        "Sorts more and more rows in memory until Spark has to spill them to disk.",
        PROGRAMS / "memory.py",
        (_SIZE,),
        mib_a_core=1024,
        scratch=1.5,
    ),
    Benchmark(
        "io",
        "Disk and network",
        "Measures each node's disk and the network from each node to each other.",
        PROGRAMS / "disk_network.py",
        (_SIZE,),
        mib_a_core=64,
        scratch=1.0,
        python=True,
    ),
)

BENCHMARKS: dict[str, Benchmark] = {row.name: row for row in _ROWS}


def benchmark(name: str) -> Benchmark:
    """Return a benchmark by name.

    Raises:
        UsageError: there is none; names those there are.
    """
    if name not in BENCHMARKS:
        raise UsageError(f"unknown benchmark {name!r}", f"There are: {', '.join(BENCHMARKS)}.")
    return BENCHMARKS[name]

"""What the plans in an event log tell of a stage: operators, Python, RDDs, files."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from pitui.domain.bottleneck.task_record import CostlyExpression, FilesRead
from pitui.spark.event_log.events import DriverFigures, PlanNode, RddInfo
from pitui.spark.event_log.expressions import costly_expressions

_CODEGEN = "WholeStageCodegen"
_INPUT = "InputAdapter"
_WRAPPERS = (_CODEGEN, _INPUT, "AdaptiveSparkPlan", "ShuffleQueryStage", "BroadcastQueryStage",
             "ResultQueryStage", "AQEShuffleRead", "ReusedExchange")  # fmt: skip
"""Begins of names of operators that change nothing in what is computed below them."""
_NUMBERS = re.compile(r"#\d+L?|\[?plan_id=\d+\]?")
"""In an operator's text: each execution counts its columns and operators anew."""
_PLANNED = re.compile(r"pythonUDF\d+#\d+L?|\[?plan_id=\d+\]?")
"""Those of them that are new whenever the same DataFrame is planned again."""
_HIDES_DATA = ("RDD", "LocalTableScan", "InMemoryTableScan")
"""In the names of operators whose text does not tell their data from other data."""
_HIDES = ("<lambda>", "UDF(", "...")
"""In a text that does not show its code, or that Spark cut."""
_FILES, _FILE_BYTES = "number of files read", "size of files read"
_PACKED = re.compile(r"\.(?:gz|deflate|zst|lz4|snappy)(?=[],]|$)")
"""Ends of paths, in the text of a scan or as an RDD's name, of files that one task has to read
whole; of bzip2 several tasks can each read a part."""
_SCAN = "Scan "
_LOCATION = re.compile(r"Format: \w+, Location: [^]]*\]")
"""In the text of a scan: what it reads, whichever columns of it and with whichever filter."""
_ONE_TASK = "SinglePartition"
"""In the text of an exchange after which all rows are in one task."""

_PYTHON_RDDS = ("PythonRDD", "PairwiseRDD")
_PYTHON = ("Python", "Pandas", "InArrow")
"""In the names of operators that run Python: `BatchEvalPython`, `FlatMapGroupsInPandas`, ..."""
_COMPUTES = ("Project", "Filter", "Generate", "Window", "Join", "CartesianProduct", *_PYTHON)
"""In the names of operators that make rows of rows, which a cache would spare."""
_SAME_ROWS = ("Project", "Filter", "ColumnarToRow", "Sort", "Exchange", *_PYTHON)
"""In the names of operators that leave rows what they were, or leave some out."""


@dataclass(frozen=True, slots=True)
class StagePlan:
    """What a stage computes, by the RDDs that it lists."""

    python: bool = False
    operators: frozenset[str] = frozenset()
    """Methods and operators that made its RDDs."""
    computes: frozenset[int] = frozenset()
    """Ids of its RDDs. In the JVM without those that make their data, which is cheap to make again;
    what Python makes of it is no RDD of its own, so that there such an RDD stands for both.
    """
    keeps: bool = False
    """Whether one of them is kept."""
    packed: bool = False
    """Whether it reads, not by a query, files that cannot be divided."""


def stage_plan(rdds: Iterable[RddInfo]) -> StagePlan:
    """Return what the RDDs of a stage tell."""
    every = list(rdds)
    operators = frozenset(name for rdd in every if (name := _scope(rdd.scope)))
    python = any(rdd.name in _PYTHON_RDDS for rdd in every) or any(
        word in name for name in operators for word in _PYTHON
    )
    return StagePlan(
        python,
        operators,
        frozenset(rdd.id for rdd in every if python or rdd.name != "ParallelCollectionRDD"),
        any(rdd.level.disk or rdd.level.memory for rdd in every),
        any(_PACKED.search(rdd.name) for rdd in every),
    )


def _scope(text: str) -> str:
    if not text:
        return ""
    try:
        scope = json.loads(text)
    except ValueError:
        return ""
    name = scope.get("name") if isinstance(scope, dict) else None
    return name.strip() if isinstance(name, str) else ""


@dataclass(slots=True)
class QueryPlan:
    """What the plans of one SQL execution tell, and the figures that came for them."""

    generated: dict[str, set[str]] = field(default_factory=dict)
    """By the name of generated code: the operators in it."""
    counts_files: set[int] = field(default_factory=set)
    """Accumulators that count files."""
    counts_bytes: set[int] = field(default_factory=set)
    """Accumulators of how large these files are."""
    figures: dict[int, int] = field(default_factory=dict)
    rows: dict[str, set[str]] = field(default_factory=dict)
    """By the name of generated code, or of an operator without it: the rows that it makes, by what
    they are made of. Equal rows in two executions are computed twice."""
    expressions: dict[str, set[CostlyExpression]] = field(default_factory=dict)
    """By the name of generated code, or of an operator without it: what is costly in it."""
    in_one_task: set[str] = field(default_factory=set)
    """Names of generated code, or of operators without it, that want all rows in one task."""
    packed: set[str] = field(default_factory=set)
    """Names of operators that read files which cannot be divided."""

    def take(self, root: PlanNode) -> None:
        """Take note of a plan, its first or a later one."""
        made_of, data = _subtrees(root)
        open_nodes = [(root, "", False, "")]
        while open_nodes:
            node, code, below, above = open_nodes.pop()
            if "Exchange" in node.name and _ONE_TASK in node.text:
                self.in_one_task.add(above)
            if node.name.startswith(_SCAN) and _PACKED.search(node.text):
                self.packed.add(node.name.strip())
            if not node.name.startswith(_WRAPPERS):
                above = code or node.name
            if node.name.startswith(_CODEGEN):
                code, below = node.name, False
            elif node.name == _INPUT:
                code, below = "", False
            elif code:
                self.generated.setdefault(code, set()).add(node.name)
            if not below and any(word in node.name for word in _COMPUTES):
                self.rows.setdefault(code or node.name, set()).add(made_of[id(node)])
                below = bool(code)
            if any(word in node.name for word in _COMPUTES) and not _hides(node):
                self.expressions.setdefault(code or node.name, set()).update(
                    costly_expressions(
                        _NUMBERS.sub("", node.text),
                        data[id(node)],
                        python=any(word in node.name for word in _PYTHON),
                    )
                )
            self.counts_files |= {m.id for m in node.metrics if m.name == _FILES}
            self.counts_bytes |= {m.id for m in node.metrics if m.name == _FILE_BYTES}
            open_nodes += [(child, code, below, above) for child in node.children]

    def take_figures(self, event: DriverFigures) -> None:
        """Take note of what the driver counted."""
        for pair in event.updates:
            if len(pair) == 2:
                self.figures[pair[0]] = pair[1]

    def operators(self, scopes: frozenset[str]) -> frozenset[str]:
        """Return scopes with the operators of the generated code among them."""
        inside = (self.generated.get(scope, ()) for scope in scopes)
        return scopes.union(*inside)

    def wants_one_task(self, scopes: frozenset[str]) -> bool:
        """Say whether what is done in some scopes wants all rows in one task."""
        return not self.in_one_task.isdisjoint(scopes)

    def reads_packed(self, scopes: frozenset[str]) -> bool:
        """Say whether what is read in some scopes are files that cannot be divided."""
        return not self.packed.isdisjoint(scopes)

    def rows_of(self, scopes: frozenset[str]) -> frozenset[str]:
        """Return the rows that are made in some scopes."""
        return frozenset().union(*(self.rows.get(scope, ()) for scope in scopes))

    def expressions_of(self, scopes: frozenset[str]) -> frozenset[CostlyExpression]:
        """Return the costly expressions that are computed in some scopes."""
        return frozenset().union(*(self.expressions.get(scope, ()) for scope in scopes))

    @property
    def files(self) -> FilesRead:
        """Return how many files the execution read, and how large they are."""
        return FilesRead(self._sum(self.counts_files), self._sum(self.counts_bytes))

    def _sum(self, numbers: Iterable[int]) -> int:
        return sum(max(0, self.figures.get(number, 0)) for number in numbers)


def _subtrees(root: PlanNode) -> tuple[dict[int, str], dict[int, str]]:
    """Return what tells each operator's rows from others, and what tells what it reads from others.

    The first is its text and that of all below it; the second that of all below it that does more
    than to choose from rows. Both by the identity of the node; of a plan that is hundreds of
    operators deep, too.
    """
    found: dict[int, str] = {}
    data: dict[int, str] = {}
    open_nodes = [(root, False)]
    while open_nodes:
        node, children_done = open_nodes.pop()
        if not children_done:
            open_nodes += [(node, True), *((child, False) for child in node.children)]
            continue
        below = "".join(found[id(child)] for child in node.children)
        wraps = node.name.startswith(_WRAPPERS) and len(node.children) == 1
        own = f"{_own_text(node)}({below})"
        found[id(node)] = below if wraps else sha256(own.encode()).hexdigest()
        read = "".join(data[id(child)] for child in node.children)
        if not wraps and not any(word in node.name for word in _SAME_ROWS):
            place = _LOCATION.search(node.text)
            read = sha256(f"{place[0] if place else _own_text(node)}({read})".encode()).hexdigest()
        data[id(node)] = read
    return found, data


def _hides(node: PlanNode) -> bool:
    """Say whether an operator's text does not show its data or its code."""
    return any(word in node.name for word in _HIDES_DATA) or any(w in node.text for w in _HIDES)


def _own_text(node: PlanNode) -> str:
    """Return an operator's text without what differs from one execution to the next.

    Where it hides data or code its columns keep their numbers, which are those of one DataFrame:
    only the same one used again is then the same.
    """
    return (_PLANNED if _hides(node) else _NUMBERS).sub("", node.text or node.name)

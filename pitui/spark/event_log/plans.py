"""What the plans in an event log tell of a stage: operators, Python, RDDs, files."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from pitui.spark.event_log.events import DriverFigures, PlanNode, RddInfo

_CODEGEN = "WholeStageCodegen"
_FILES = "number of files read"

_PYTHON_RDDS = ("PythonRDD", "PairwiseRDD")
_PYTHON = ("Python", "Pandas", "InArrow")
"""In the names of operators that run Python: `BatchEvalPython`, `FlatMapGroupsInPandas`, ..."""


@dataclass(frozen=True, slots=True)
class StagePlan:
    """What a stage computes, by the RDDs that it lists."""

    python: bool = False
    operators: frozenset[str] = frozenset()
    """Methods and operators that made its RDDs."""
    computes: frozenset[int] = frozenset()
    """Ids of its RDDs that read something; those that make their data are cheap to make again."""
    keeps: bool = False
    """Whether one of them is kept."""


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
        frozenset(rdd.id for rdd in every if rdd.name != "ParallelCollectionRDD"),
        any(rdd.level.disk or rdd.level.memory for rdd in every),
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
    figures: dict[int, int] = field(default_factory=dict)

    def take(self, root: PlanNode) -> None:
        """Take note of a plan, its first or a later one."""
        open_nodes = [(root, "")]
        while open_nodes:
            node, code = open_nodes.pop()
            if node.name.startswith(_CODEGEN):
                code = node.name
            elif node.name == "InputAdapter":
                code = ""
            elif code:
                self.generated.setdefault(code, set()).add(node.name)
            self.counts_files |= {m.id for m in node.metrics if m.name == _FILES}
            open_nodes += [(child, code) for child in node.children]

    def take_figures(self, event: DriverFigures) -> None:
        """Take note of what the driver counted."""
        for pair in event.updates:
            if len(pair) == 2:
                self.figures[pair[0]] = pair[1]

    def operators(self, scopes: frozenset[str]) -> frozenset[str]:
        """Return scopes with the operators of the generated code among them."""
        inside = (self.generated.get(scope, ()) for scope in scopes)
        return scopes.union(*inside)

    @property
    def files(self) -> int:
        """Return how many files the execution read."""
        return sum(max(0, self.figures.get(number, 0)) for number in self.counts_files)

"""What the checks know of one application from its inside."""

import re
from dataclasses import dataclass

from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.explanation import Suspect
from pitui.domain.bottleneck.task_record import ApplicationRecord, node_of
from pitui.domain.cluster import Application

_MODULE = re.compile(r"(?:ModuleNotFoundError|ImportError): No module named '?([A-Za-z_]\w*)")
_PATH = re.compile(
    r"File (?:file:(?://)?)?(/[^\n'\"]+?) does not exist"
    r"|FileNotFoundException: (/[^\n'\"]+?) \(No such file or directory\)"
    r"|\[Errno 2\] No such file or directory: '(?:file:(?://)?)?(/[^\n'\"]+?)'"
)
_OF_SPARK = re.compile(r"/(?:blockmgr|spark|executor)-[0-9a-f]{8}-|/app-\d{14}-\d+/|/_temporary/")
"""In paths of Spark's own scratch space."""


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """A task that failed."""

    node: str
    """The node that it ran on, else the host."""
    error: str


@dataclass(frozen=True, slots=True)
class AppEvidence:
    """One application that runs, or that ended a short while ago."""

    app: Application
    record: ApplicationRecord | None = None
    """None where neither its driver nor an event log tells."""
    suspects: tuple[Suspect, ...] = ()

    @property
    def failures(self) -> tuple[TaskFailure, ...]:
        """Its tasks that failed, with what they said."""
        stages = self.record.stages if self.record is not None else ()
        return tuple(
            TaskFailure(node_of(task), task.error)
            for stage in stages
            for task in stage.tasks
            if task.error and task.state is WorkState.FAILED
        )

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that its tasks did not find."""
        found = (match for one in self.failures for match in _MODULE.findall(one.error))
        return tuple(dict.fromkeys(found))

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that its tasks did not find, without those of Spark itself."""
        found = ("".join(groups) for one in self.failures for groups in _PATH.findall(one.error))
        return tuple(path for path in dict.fromkeys(found) if not _OF_SPARK.search(path))

    def idle_since(self) -> float | None:
        """Return since when no stage of it runs; None where one does, or nothing is known."""
        if self.record is None:
            return None
        stages = [one.stage for one in self.record.stages]
        if any(stage.state.active for stage in stages):
            return None
        return max((stage.ended_at or 0.0 for stage in stages), default=self.app.submitted_at)

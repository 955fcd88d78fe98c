"""All that is known of one execution of an application, whoever told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from pitui.domain.apps.app_detail import AppDetail
from pitui.domain.apps.jobs import Stage
from pitui.domain.apps.work_counts import WorkDone
from pitui.domain.cluster import Application


@dataclass(frozen=True, slots=True)
class AppRecord:
    """An application, what is inside it, and with what it ran."""

    app: Application
    inside: AppDetail
    settings: Mapping[str, str] = field(default_factory=dict)
    """Spark's properties; Spark itself redacts those that hold secrets."""
    spark: str = ""
    """Spark's version; empty where nobody said it."""
    java: str = ""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The attempts at stages that began."""
        return tuple(stage for stage in self.inside.stages if stage.submitted_at is not None)

    @property
    def work(self) -> WorkDone:
        """What all tasks did."""
        return reduce(WorkDone.__add__, (stage.work for stage in self.stages), WorkDone())

    @property
    def tasks(self) -> int:
        """Tasks that were done."""
        return sum(stage.tasks.done for stage in self.stages)

"""Provisioning with the real services behind it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pitui.remote.prompts import PasswordPrompter
from pitui.services.cluster import Cluster
from pitui.tui.backend.backend_interface import ProvisionWork, StepName
from pitui.tui.backend.requests import ProvisionKind, ProvisionRequest

if TYPE_CHECKING:
    from pitui.provision.engine.provision_report import StepReporter
    from pitui.provision.engine.step import Step


class LiveProvisionService:
    """Provisions the nodes of one cluster; questions go to `prompter`.

    What it needs is imported with the first question.
    """

    def __init__(self, cluster: Cluster, prompter: PasswordPrompter) -> None:
        self._cluster = cluster
        self._prompter = prompter

    def steps(self, wanted: ProvisionRequest) -> Sequence[StepName]:
        """Return the steps in order."""
        from pitui.provision.steps import step, steps
        from pitui.provision.steps.rollback import RollbackStep
        from pitui.services.provisioning.node_removal import STOP
        from pitui.services.provisioning.provision import chosen_steps
        from pitui.services.provisioning.rolling_restart import RESTART

        if wanted.kind is ProvisionKind.REMOVE:
            return [StepName(*STOP), *_step_names(reversed(steps()))]
        last = [StepName(*RESTART)] if wanted.rolling else []
        if wanted.kind is ProvisionKind.ROLLBACK:
            return [*_step_names([step("access"), RollbackStep()]), *last]
        return [*_step_names(chosen_steps(self._cluster, wanted.only)), *last]

    def work(
        self, wanted: ProvisionRequest, report: "StepReporter", *, plan: bool
    ) -> ProvisionWork:
        """Return what does it, or looks only."""
        from pitui.services.provisioning import provision

        cluster, prompter = self._cluster, self._prompter
        if wanted.kind is ProvisionKind.REMOVE:
            return provision.removal(cluster, prompter, report, wanted.nodes[0])
        if wanted.kind is ProvisionKind.ROLLBACK:
            return provision.rollback(
                cluster, prompter, report, wanted.nodes, plan=plan, rolling=wanted.rolling
            )
        return provision.provisioning(
            cluster,
            prompter,
            report,
            names=wanted.nodes,
            only=wanted.only,
            plan=plan,
            rolling=wanted.rolling,
        )


def _step_names(found: "Iterable[Step]") -> list[StepName]:
    return [StepName(one.id, one.title) for one in found]

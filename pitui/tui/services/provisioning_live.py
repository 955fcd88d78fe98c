"""Provisioning by the real services."""

from collections.abc import Iterable, Sequence

from pitui.provision.engine.report import StepReporter
from pitui.provision.engine.step import Step
from pitui.provision.steps import step, steps
from pitui.provision.steps.rollback import Rollback
from pitui.remote.prompts import PasswordPrompter
from pitui.services.cluster import Cluster
from pitui.services.provisioning import provision
from pitui.services.provisioning.removal import STOP
from pitui.services.provisioning.rolling_restart import RESTART
from pitui.tui.services.provisioning import ProvisionKind, ProvisionRequest, ProvisionWork, StepName


class LiveProvisionService:
    """Provisions the nodes of one cluster; questions go to `asker`."""

    def __init__(self, cluster: Cluster, prompter: PasswordPrompter) -> None:
        self._cluster = cluster
        self._prompter = prompter

    def steps(self, wanted: ProvisionRequest) -> Sequence[StepName]:
        """Return the steps in order."""
        if wanted.kind is ProvisionKind.REMOVE:
            return [StepName(*STOP), *_named(reversed(steps()))]
        last = [StepName(*RESTART)] if wanted.rolling else []
        if wanted.kind is ProvisionKind.ROLLBACK:
            return [*_named([step("access"), Rollback()]), *last]
        return [*_named(steps(wanted.only)), *last]

    def work(self, wanted: ProvisionRequest, report: StepReporter, *, plan: bool) -> ProvisionWork:
        """Return what does it, or looks only."""
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


def _named(found: Iterable[Step]) -> list[StepName]:
    return [StepName(one.id, one.title) for one in found]

"""Provisioning by the real services."""

from collections.abc import Iterable, Sequence

from pitui.provision.report import Report
from pitui.provision.rollback import Rollback
from pitui.provision.step import Step
from pitui.provision.steps import step, steps
from pitui.remote.ask import PasswordAsker
from pitui.services import provision
from pitui.services.cluster import Cluster
from pitui.services.removal import STOP
from pitui.services.rolling import RESTART
from pitui.tui.facets.provisioning import Kind, StepName, Wanted, Work


class LiveProvisioner:
    """Provisions the nodes of one cluster; questions go to `asker`."""

    def __init__(self, cluster: Cluster, asker: PasswordAsker) -> None:
        self._cluster = cluster
        self._asker = asker

    def steps(self, wanted: Wanted) -> Sequence[StepName]:
        """Return the steps in order."""
        if wanted.kind is Kind.REMOVE:
            return [StepName(*STOP), *_named(reversed(steps()))]
        last = [StepName(*RESTART)] if wanted.rolling else []
        if wanted.kind is Kind.ROLLBACK:
            return [*_named([step("access"), Rollback()]), *last]
        return [*_named(steps(wanted.only)), *last]

    def work(self, wanted: Wanted, report: Report, *, plan: bool) -> Work:
        """Return what does it, or looks only."""
        cluster, asker = self._cluster, self._asker
        if wanted.kind is Kind.REMOVE:
            return provision.removal(cluster, asker, report, wanted.nodes[0])
        if wanted.kind is Kind.ROLLBACK:
            return provision.rollback(
                cluster, asker, report, wanted.nodes, plan=plan, rolling=wanted.rolling
            )
        return provision.provisioning(
            cluster,
            asker,
            report,
            names=wanted.nodes,
            only=wanted.only,
            plan=plan,
            rolling=wanted.rolling,
        )


def _named(found: Iterable[Step]) -> list[StepName]:
    return [StepName(one.id, one.title) for one in found]

"""Provisioning as the command line and the UI use it."""

from collections.abc import Sequence

from pitui.provision.report import NodeReport, Report, StepReport, StepState
from pitui.provision.run import Provisioning, add_sites
from pitui.provision.shelf import Shelf
from pitui.provision.steps import steps
from pitui.remote.ask import PasswordAsker
from pitui.services.cluster import Cluster


def provisioning(
    cluster: Cluster,
    asker: PasswordAsker,
    report: Report,
    *,
    names: Sequence[str] = (),
    only: Sequence[str] = (),
    plan: bool = False,
    one_by_one: bool = False,
) -> Provisioning:
    """Return a provisioning that is ready to `run`.

    Args:
        cluster: the cluster.
        asker: who answers questions; the same as the cluster was opened with.
        report: called at each change of each step.
        names: the nodes, all without any.
        only: the steps, all without any; `access` always belongs to them.
        plan: whether nothing is changed.
        one_by_one: whether one node is finished before the next is begun.

    Raises:
        UsageError: a node or step is not there.
    """
    wanted = [cluster.node(name).name for name in names] or list(cluster.nodes)
    chosen = steps(tuple(only))
    shelf = new_shelf(cluster, asker)

    def told(step: StepReport) -> None:
        if not plan and step.state in (StepState.CHANGED, StepState.FAILED):
            action = f"provision {step.step}"
            cluster.audit.record(action, step.node, str(step.state), detail=step.detail)
        report(step)

    limit = {"limit": 1} if one_by_one else {}
    return Provisioning(shelf, chosen, wanted, told, plan=plan, **limit)


def new_shelf(cluster: Cluster, asker: PasswordAsker) -> Shelf:
    """Return the nodes of a cluster as provisioning sees them."""
    shelf = Shelf(cluster.config, cluster.nodes, cluster.links, asker)
    add_sites(shelf)
    return shelf


def good(reports: Sequence[NodeReport]) -> bool:
    """Say whether all that was asked for holds on all nodes."""
    return all(report.state.good for report in reports)

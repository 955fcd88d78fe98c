"""Provisioning as the command line and the UI use it."""

import ipaddress
from collections.abc import Sequence

from pitui.domain.errors import UsageError
from pitui.provision.report import NodeReport, Report, StepReport, StepState
from pitui.provision.rollback import Rollback
from pitui.provision.run import Provisioning, add_sites
from pitui.provision.shelf import Shelf
from pitui.provision.step import Step
from pitui.provision.steps import step, steps
from pitui.remote.ask import PasswordAsker
from pitui.services.cluster import Cluster
from pitui.services.removal import Removal
from pitui.services.rolling import Restart


def provisioning(
    cluster: Cluster,
    asker: PasswordAsker,
    report: Report,
    *,
    names: Sequence[str] = (),
    only: Sequence[str] = (),
    plan: bool = False,
    rolling: bool = False,
) -> Provisioning:
    """Return a provisioning that is ready to `run`.

    Args:
        cluster: the cluster.
        asker: who answers questions; the same as the cluster was opened with.
        report: called at each change of each step.
        names: the nodes, all without any.
        only: the steps, all without any; `access` always belongs to them.
        plan: whether nothing is changed.
        rolling: whether nodes are changed one after the other, each with its worker back.

    Raises:
        UsageError: a node or step is not there.
    """
    wanted = [cluster.node(name).name for name in names] or list(cluster.nodes)
    chosen = steps(tuple(only))
    shelf = new_shelf(cluster, asker)
    shelf.restarts = rolling

    def told(done: StepReport) -> None:
        if not plan and done.state in (StepState.CHANGED, StepState.FAILED):
            action = f"provision {done.step}"
            cluster.audit.record(action, done.node, str(done.state), detail=done.detail)
        report(done)

    if rolling:
        chosen = (*chosen, Restart(cluster))
    return Provisioning(shelf, chosen, wanted, told, plan=plan, rolling=rolling and not plan)


def rollback(
    cluster: Cluster,
    asker: PasswordAsker,
    report: Report,
    names: Sequence[str],
    *,
    plan: bool = False,
    rolling: bool = False,
) -> Provisioning:
    """Return what goes back to the Spark that was there before, on nodes (all without any).

    With `rolling` one node after the other, and what runs is started anew.
    """
    wanted = [cluster.node(name).name for name in names] or list(cluster.nodes)
    chosen: list[Step] = [step("access"), Rollback()]
    if rolling:
        chosen.append(Restart(cluster))

    def told(done: StepReport) -> None:
        if not plan and done.state in (StepState.CHANGED, StepState.FAILED):
            action = f"provision --{done.step}"
            cluster.audit.record(action, done.node, str(done.state), detail=done.detail)
        report(done)

    shelf = new_shelf(cluster, asker)
    shelf.restarts = rolling
    return Provisioning(shelf, chosen, wanted, told, plan=plan, rolling=rolling and not plan)


def removal(cluster: Cluster, asker: PasswordAsker, report: Report, name: str) -> Removal:
    """Return what takes a node out of the cluster.

    Raises:
        UsageError: there is no such node, or it runs the master.
    """
    if cluster.node(name).is_master:
        advice = "Name another node in cluster.master first."
        raise UsageError(f"{name} runs the master and cannot be taken out", advice)
    return Removal(cluster, new_shelf(cluster, asker), name, report)


def new_shelf(cluster: Cluster, asker: PasswordAsker) -> Shelf:
    """Return the nodes of a cluster as provisioning sees them.

    Raises:
        UsageError: a node is this very machine under another name, as in a demonstration.
    """
    for node in cluster.nodes.values():
        if _is_loopback(node.host):
            raise UsageError(
                f"{node.name} ({node.host}) is this machine under another name,"
                " and provisioning would change it",
                "A demonstration needs none; else give the node its own address, or host: local.",
            )
        # Whoever asks for this wants to know now, and may have mended what was wrong.
        cluster.links.retry(node.name)
    shelf = Shelf(cluster.config, cluster.nodes, cluster.links, asker, cluster.passwords)
    add_sites(shelf)
    return shelf


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def good(reports: Sequence[NodeReport]) -> bool:
    """Say whether all that was asked for holds on all nodes."""
    return all(report.state.good for report in reports)

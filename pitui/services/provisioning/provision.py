"""Provisioning as the command line and the UI use it."""

from collections.abc import Sequence

from pitui.domain.errors import UsageError
from pitui.domain.ip_address import is_loopback
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import NodeReport, StepReport, StepReporter, StepState
from pitui.provision.engine.provisioning import Provisioning, add_sites
from pitui.provision.engine.step import Step
from pitui.provision.steps import DATA, check_named, step, steps
from pitui.provision.steps.rollback import RollbackStep
from pitui.remote.prompts import PasswordPrompter
from pitui.services.cluster import Cluster
from pitui.services.provisioning.data_step import DataStep
from pitui.services.provisioning.node_removal import Removal
from pitui.services.provisioning.rolling_restart import Restart


def provisioning(
    cluster: Cluster,
    prompter: PasswordPrompter,
    report: StepReporter,
    *,
    names: Sequence[str] = (),
    only: Sequence[str] = (),
    plan: bool = False,
    rolling: bool = False,
) -> Provisioning:
    """Return a provisioning that is ready to `run`.

    Args:
        cluster: the cluster.
        prompter: who answers questions; the same as the cluster was opened with.
        report: called at each change of each step.
        names: the nodes, all without any.
        only: the steps, all without any; `access` always belongs to them.
        plan: whether nothing is changed.
        rolling: whether nodes are changed one after the other, each with its worker back.

    Raises:
        UsageError: a node or step is not there.
    """
    wanted = [cluster.node(name).name for name in names] or list(cluster.nodes)
    chosen = chosen_steps(cluster, only)
    context = new_provision_context(cluster, prompter)
    context.restarts = rolling

    def told(done: StepReport) -> None:
        if not plan and done.state in (StepState.CHANGED, StepState.FAILED):
            action = f"provision {done.step}"
            cluster.audit.record(action, done.node, str(done.state), detail=done.detail)
        report(done)

    if rolling:
        chosen = (*chosen, Restart(cluster))
    return Provisioning(context, chosen, wanted, told, plan=plan, rolling=rolling and not plan)


def chosen_steps(cluster: Cluster, only: Sequence[str] = ()) -> tuple[Step, ...]:
    """Return the steps in order: all, or those that are named, and always `access`.

    The last brings the data, where the configuration has some or it is named.

    Raises:
        UsageError: a name is no step's.
    """
    check_named(only)
    wants_data = DATA in only if only else bool(cluster.config.data)
    found = steps(tuple(name for name in only if name != DATA) or ("access",) * bool(only))
    return (*found, DataStep(cluster)) if wants_data else found


def rollback(
    cluster: Cluster,
    prompter: PasswordPrompter,
    report: StepReporter,
    names: Sequence[str],
    *,
    plan: bool = False,
    rolling: bool = False,
) -> Provisioning:
    """Return what goes back to the Spark that was there before, on nodes (all without any).

    With `rolling` one node after the other, and what runs is started again.
    """
    wanted = [cluster.node(name).name for name in names] or list(cluster.nodes)
    chosen: list[Step] = [step("access"), RollbackStep()]
    if rolling:
        chosen.append(Restart(cluster))

    def told(done: StepReport) -> None:
        if not plan and done.state in (StepState.CHANGED, StepState.FAILED):
            action = f"provision --{done.step}"
            cluster.audit.record(action, done.node, str(done.state), detail=done.detail)
        report(done)

    context = new_provision_context(cluster, prompter)
    context.restarts = rolling
    return Provisioning(context, chosen, wanted, told, plan=plan, rolling=rolling and not plan)


def removal(
    cluster: Cluster, prompter: PasswordPrompter, report: StepReporter, name: str
) -> Removal:
    """Return what takes a node out of the cluster.

    Raises:
        UsageError: there is no such node, or it runs the master.
    """
    if cluster.node(name).is_master:
        advice = "Name another node in cluster.master first."
        raise UsageError(f"{name} runs the master and cannot be removed", advice)
    return Removal(cluster, new_provision_context(cluster, prompter), name, report)


def new_provision_context(cluster: Cluster, prompter: PasswordPrompter) -> ProvisionContext:
    """Return the nodes of a cluster as provisioning sees them.

    Raises:
        UsageError: a node is this very machine under another name, as in a demonstration.
    """
    for node in cluster.nodes.values():
        if is_loopback(node.host):
            raise UsageError(
                (
                    f"{node.name} ({node.host}) is this machine under another name, so "
                    "provisioning would change this machine"
                ),
                (
                    "A demo needs no provisioning; otherwise give the node its own address, "
                    "or host: local."
                ),
            )
        # Whoever asks for this wants to know now, and may have mended what was wrong.
        cluster.connections.retry(node.name)
    context = ProvisionContext(
        cluster.config,
        cluster.nodes,
        cluster.connections,
        prompter,
        cluster.passwords,
        locks=cluster.locks,
    )
    add_sites(context)
    return context


def good(reports: Sequence[NodeReport]) -> bool:
    """Say whether all that was asked for holds on all nodes."""
    return all(report.state.good for report in reports)

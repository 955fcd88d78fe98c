"""The step of `--rolling`: what runs with old settings is started again, and is back at the end."""

from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import NodeError
from pitui.domain.node_outcome import Outcome, OutcomeReport
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.provision.spark.daemons import daemons_of
from pitui.provision.spark.running_daemons import Running, running
from pitui.services.cluster import Cluster
from pitui.services.daemons import daemon_control
from pitui.services.daemons.decommission import decommission

RESTART = ("restart", "restart daemons")
"""Its id and title."""


class Restart(Step):
    """Restarts the daemons that do not run as they would be started now."""

    id, title = RESTART
    needs = ("access", "spark", "conf", "secret", "sizing", "service")
    needs_root = False
    disturbs = True

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare what runs with what would be started; what does not run stays so."""
        now = {one.role: await running(ctx, one) for one in await daemons_of(ctx)}
        old = {role: one for role, one in now.items() if one.outdated}
        if not old:
            runs = [str(role) for role, one in now.items() if one.pid is not None]
            return ok(f"{' and '.join(runs)} as configured" if runs else "nothing is running")
        said = [f"{role}: {', '.join(one.outdated)}" for role, one in old.items()]
        return would_change(f"restarts the {'; the '.join(said)}", data=old)

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Let the worker's executors end, then restart; the master has to list it again."""
        old = finding.data
        if not isinstance(old, dict):
            raise TypeError("not this step's finding")
        worker = old.get(Role.WORKER)
        if Role.MASTER not in old and isinstance(worker, Running) and worker.executors:
            ctx.say("decommissioning the worker")
            # Where the master does not know how, the executors end with their worker.
            await decommission(self._cluster, ctx.name, _progress_report(ctx))
        ctx.say("restarting")
        targets = [DaemonTarget(ctx.name, role) for role in old]
        outcomes = await daemon_control.restart(self._cluster, targets, _progress_report(ctx))
        bad = next((outcome for outcome in outcomes if not outcome.state.good), None)
        if bad is not None:
            raise NodeError(ctx.name, f"restart of the {bad.role}: {bad.detail}", bad.advice)


def _progress_report(ctx: NodeContext) -> OutcomeReport:
    def report(outcome: Outcome) -> None:
        if not outcome.state.ended and outcome.detail:
            ctx.say(outcome.detail)

    return report

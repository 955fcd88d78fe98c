"""The step of `--rolling`: what runs with old settings is started anew, and is back at the end."""

from pitui.domain.cluster import Role
from pitui.domain.errors import NodeError
from pitui.domain.outcome import Outcome, Report
from pitui.provision.daemons import daemons_of
from pitui.provision.running import Running, running
from pitui.provision.site import Site
from pitui.provision.step import Finding, Step, ok, would_change
from pitui.services import control
from pitui.services.cluster import Cluster
from pitui.services.decommission import decommission
from pitui.services.targets import Target

RESTART = ("restart", "its daemons anew")
"""Its id and title."""


class Restart(Step):
    """Restarts the daemons that do not run as they would be started now."""

    id, title = RESTART
    needs = ("access", "spark", "conf", "sizing", "service")
    needs_root = False
    disturbs = True

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def check(self, site: Site) -> Finding:
        """Compare what runs with what would be started; what does not run stays so."""
        now = {one.role: await running(site, one) for one in await daemons_of(site)}
        old = {role: one for role, one in now.items() if one.outdated}
        if not old:
            runs = [str(role) for role, one in now.items() if one.pid is not None]
            return ok(f"{' and '.join(runs)} as configured" if runs else "nothing runs")
        said = [f"{role}: {', '.join(one.outdated)}" for role, one in old.items()]
        return would_change(f"restarts the {'; the '.join(said)}", data=old)

    async def apply(self, site: Site, finding: Finding) -> None:
        """Let the worker's executors end, then restart; the master has to list it again."""
        old = finding.data
        if not isinstance(old, dict):
            raise TypeError("not this step's finding")
        worker = old.get(Role.WORKER)
        if Role.MASTER not in old and isinstance(worker, Running) and worker.executors:
            site.say("decommissioning the worker")
            # Where the master does not know how, the executors end with their worker.
            await decommission(self._cluster, site.name, _said(site))
        site.say("restarting")
        targets = [Target(site.name, role) for role in old]
        outcomes = await control.restart(self._cluster, targets, _said(site))
        bad = next((outcome for outcome in outcomes if not outcome.state.good), None)
        if bad is not None:
            raise NodeError(site.name, f"restart of the {bad.role}: {bad.detail}", bad.advice)


def _said(site: Site) -> Report:
    def report(outcome: Outcome) -> None:
        if not outcome.state.ended and outcome.detail:
            site.say(outcome.detail)

    return report

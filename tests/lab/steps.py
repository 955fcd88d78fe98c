"""Provisioning machines of a lab from a test: which steps, by whom, and how it went."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pitui.config.load import load_config
from pitui.provision.engine.provision_report import NodeReport, StepReport, StepReporter
from pitui.remote.prompts import ChangedKey, NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.provisioning.provision import provisioning, removal
from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.kinds import Kind
from tests.lab.lab import Lab

NFT_SSH_ALONE = """
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif lo accept
    tcp dport 22 accept
  }
}
"""
"""A firewall of nftables that lets SSH in and nothing else, as a file of `nft -f`."""


class Person(NonInteractive):
    """Trusts new keys; may know a password, and that a machine was replaced."""

    def __init__(self, *, password: str | None = None, replaced: bool = False) -> None:
        super().__init__(trust_new=True)
        self.password_known = password
        self.says_replaced = replaced
        self.asked: list[Sequence[str]] = []
        self.sudo_asked = 0

    async def replaced(self, key: ChangedKey) -> bool:
        return self.says_replaced

    async def password(self, nodes: Sequence[str], *, wrong: bool) -> str | None:
        self.asked.append(tuple(nodes))
        return self.password_known

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:
        self.sudo_asked += 1
        return self.password_known


@dataclass
class LabCluster:
    """Machines of a lab and their configuration; `changes` are merged into its sections."""

    lab: Lab
    nodes: Sequence[str]
    changes: dict[str, Any] = field(default_factory=dict)

    def config(self, **nodes: dict[str, Any]) -> Path:
        document = configuration.document(self.lab, spark_archive(slim=True))
        document["nodes"] = {name: document["nodes"][name] for name in self.nodes}
        for section, values in self.changes.items():
            document.setdefault(section, {}).update(values)
        for name, values in nodes.items():
            document["nodes"][name].update(values)
        return configuration.write(self.lab.folder / "steps.yaml", document)

    async def provision(
        self,
        *only: str,
        names: Sequence[str] = (),
        person: Person | None = None,
        nodes: dict[str, dict[str, Any]] | None = None,
        plan: bool = False,
        told: StepReporter = lambda _: None,
    ) -> dict[str, NodeReport]:
        """Return how each node ended, with the configuration changed by `nodes`."""
        who = person or Person()
        async with open_cluster(load_config(self.config(**(nodes or {}))), who) as cluster:
            work = provisioning(cluster, who, told, names=names, only=only, plan=plan)
            return {report.node: report for report in await work.run()}

    async def remove(self, name: str) -> NodeReport:
        """Take a node out of the cluster and return how it ended."""
        who = Person()
        async with open_cluster(load_config(self.config()), who) as cluster:
            [report] = await removal(cluster, who, lambda _: None, name).run()
            return report


def cards(lab: Lab, *kinds: Kind) -> LabCluster:
    """Fresh cards for the first machines; the others are off."""
    lab.known_hosts.unlink(missing_ok=True)
    for number, machine in enumerate(lab.machines.values()):
        if number < len(kinds):
            machine.fresh(kinds[number], wait=False)
        else:
            machine.power_off()
    names = list(lab.machines)[: len(kinds)]
    for name in names:
        lab.machines[name].wait_ready()
    return LabCluster(lab, names)


def states(reports: dict[str, NodeReport]) -> dict[str, str]:
    """Return each node's state, with what went wrong."""
    return {name: f"{r.state} {r.error or ''}".strip() for name, r in reports.items()}


def step_of(report: NodeReport, step: str) -> StepReport:
    """Return how one step of a node ended."""
    return next(found for found in report.steps if found.step == step)

"""names.address-not-ours: Spark shall listen on an address that the node does not have."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, error
from pitui.doctor.finding_fix import Fix
from pitui.domain.ip_address import is_ip_address, is_loopback
from pitui.facts.node_facts.node_facts import NodeFacts

_ANY = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        if not facts.addresses:
            continue
        for setting, address in _told(facts, is_master=name == evidence.master_name):
            own = address in facts.addresses or is_loopback(address) or address in _ANY
            if is_ip_address(address) and not own:
                yield error(
                    f"{setting} is {address}, and it has no such address",
                    _fix_of_address(evidence, name, setting)
                    or f"remove {setting} there, or set an address of its own: "
                    f"nodes.{name}.env.SPARK_LOCAL_IP",
                    node=name,
                    about=setting,
                    detail=f"its addresses: {', '.join(sorted(facts.addresses))}",
                    several=f"{setting} is an address that they do not have",
                )


def _told(facts: NodeFacts, *, is_master: bool) -> Iterator[tuple[str, str]]:
    variables = ["SPARK_LOCAL_IP", *["SPARK_MASTER_HOST"] * is_master]
    yield from ((name, facts.env[name]) for name in variables if facts.env.get(name))
    name = "spark.driver.bindAddress"
    if is_master and facts.defaults.get(name):
        yield name, facts.defaults[name]


def _fix_of_address(evidence: Evidence, name: str, setting: str) -> Fix | None:
    """Return the step that writes a node's own address, where nobody wrote another."""
    wanted_so = setting == "SPARK_MASTER_HOST" and evidence.config.spark.master.host
    if wanted_so or "." in setting or not is_written_by_step(evidence, name, setting):
        return None
    return Fix.provisioning("conf", on=[name])


CHECK = Check(
    id="names.address-not-ours",
    title="Spark is told to listen on an address of another machine",
    why="It ends with `Cannot assign requested address`; such a line is often copied from a node",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered",),
    fixes=("conf",),
)

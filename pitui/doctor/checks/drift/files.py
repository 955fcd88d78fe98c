"""drift.files: a setting of spark-defaults.conf is not the same on all nodes."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, info
from pitui.doctor.finding_fix import Fix
from pitui.doctor.symptoms.usual_value import usual

_OWN = ("spark.local.dir", "spark.driver.host", "spark.driver.bindAddress", "spark.master")
"""Settings that may be a node's own; what spark.master is, spark.master-differs says."""
_MASTERS = ("spark.deploy.", "spark.history.")
"""Of settings that only the master and the history server read."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    told = {name: facts.defaults for name, facts in evidence.spark_facts()}
    for setting in dict.fromkeys(key for settings in told.values() for key in settings):
        if setting in _OWN or setting.startswith(_MASTERS) or setting.endswith("JavaOptions"):
            continue
        values = {name: settings[setting] for name, settings in told.items() if setting in settings}
        most = usual(values, evidence.master_name)
        for name, settings in told.items():
            value = settings.get(setting)
            if value is None and not _is_left_out(evidence, name, setting, list(values)):
                continue
            if value != most:
                yield info(
                    f"{setting} is {value or 'not set'} in its spark-defaults.conf, and {most} "
                    "elsewhere",
                    "pitui provision --only conf,sizing",
                    node=name,
                    about=setting,
                    several=f"{setting} is not what it is elsewhere",
                    fixed_by=_fix_of_setting(evidence, setting, [*dict.fromkeys([*values, name])]),
                )


def _is_left_out(evidence: Evidence, name: str, setting: str, others: list[str]) -> bool:
    """Whether provisioning writes a setting to all nodes, and this one has it not.

    What somebody wrote on one node alone is meant for that one, such as the one that submits.
    """
    facts = evidence.facts[name]
    by_step = all(is_written_by_step(evidence, other, setting) for other in (*others, name))
    return bool(facts.defaults_path) and by_step and len(others) > 1


def _fix_of_setting(evidence: Evidence, setting: str, nodes: list[str]) -> Fix | None:
    """Return the steps that write it, on all: which of them is right, the configuration knows."""
    if not all(is_written_by_step(evidence, name, setting) for name in nodes):
        return None
    return Fix.provisioning("conf", "sizing", on=nodes)


CHECK = Check(
    id="drift.files",
    title="Settings differ between nodes",
    why="What an application gets then depends on the node that it is submitted from",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("conf", "sizing"),
)

"""What spark-submit needs on this cluster that nobody has said yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pitui.domain.text.memory_amount import spark_memory
from pitui.spark.submit.submit_args import SubmitArguments

SPARK_EXECUTOR_MEMORY_MIB = 1024
"""Spark's default of spark.executor.memory."""


@dataclass(frozen=True, slots=True)
class SubmitFacts:
    """What is known of the cluster and of the master's node."""

    master_url: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    """The settings of the node's spark-defaults.conf, where it counts."""
    defaults_path: str = ""
    """Where that file is; empty where it is not, or does not count."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """The settings of the properties files that a person named."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What spark-submit finds in its environment: SPARK_LOCAL_IP, PYSPARK_PYTHON and the like."""
    executor_memory_mib: int | None = None
    """What one executor may ask for so that it starts on every worker."""
    driver_host: str | None = None
    """The address under which workers reach the master's node."""
    python: str | None = None
    """A Python command of one minor version on every node."""


@dataclass(frozen=True, slots=True)
class Addition:
    """One option that pitui adds, and why."""

    words: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        """Return the option as a person would type it, with the reason."""
        return f"{' '.join(self.words)}  ({self.why})"


def plan_additions(arguments: SubmitArguments, facts: SubmitFacts) -> list[Addition]:
    """Return the options to put before a person's own; what they or the node set is left alone.

    The master is this cluster's unless a person named another one: a spark.master in the node's
    spark-defaults.conf is not theirs.
    """
    own = {**facts.properties, **arguments.conf}
    said = {**facts.defaults, **own}
    if "spark.remote" in said or facts.environment.get("SPARK_REMOTE"):
        # Spark Connect: its server has the executors, and a master beside it is refused.
        return []
    added = []
    if "spark.master" not in own:
        added.append(Addition(("--master", facts.master_url), "this cluster's master"))
    candidates = (
        _memory_setting(facts),
        _driver_host(said, facts),
        _python_setting(arguments, facts),
    )
    for key, value, why in filter(None, candidates):
        if key not in said:
            added.append(Addition(("--conf", f"{key}={value}"), why))
    return added


def _in_environment(facts: SubmitFacts, *names: str) -> bool:
    return any(facts.environment.get(name) for name in names)


def _memory_setting(facts: SubmitFacts) -> tuple[str, str, str] | None:
    fitting = facts.executor_memory_mib
    if fitting is None or fitting >= SPARK_EXECUTOR_MEMORY_MIB:
        return None
    if _in_environment(facts, "SPARK_EXECUTOR_MEMORY", "SPARK_MEM"):
        return None
    why = f"Spark's default of {SPARK_EXECUTOR_MEMORY_MIB}m does not fit every worker"
    return "spark.executor.memory", spark_memory(fitting), why


def _driver_host(said: Mapping[str, str], facts: SubmitFacts) -> tuple[str, str, str] | None:
    cluster_mode = said.get("spark.submit.deployMode") == "cluster"
    if cluster_mode or facts.driver_host is None:
        return None
    if _in_environment(facts, "SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME"):
        return None
    return "spark.driver.host", facts.driver_host, "the address that workers reach this node by"


def _python_setting(arguments: SubmitArguments, facts: SubmitFacts) -> tuple[str, str, str] | None:
    is_python = (arguments.application or "").endswith(".py")
    if not is_python or facts.python is None or _in_environment(facts, "PYSPARK_PYTHON"):
        return None
    return "spark.pyspark.python", facts.python, "one Python version on every node"

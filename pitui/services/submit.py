"""Submitting an application: what the cluster needs is found out and added, nothing is guessed."""

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pitui.domain.cluster import MasterView
from pitui.domain.errors import NodeError, PituiError, UsageError
from pitui.domain.sizing import fitting_executor_memory_mib
from pitui.facts.submission import SubmissionFacts, parse_submission, submission_script
from pitui.remote.quoting import quote_path
from pitui.services.cluster import Cluster
from pitui.services.pythons import common_python
from pitui.spark.submit_args import SubmitArguments, parse_properties, parse_submit
from pitui.spark.submit_plan import Addition, SubmitFacts, plan_additions


@dataclass(frozen=True, slots=True)
class Submission:
    """A command line for spark-submit, and what pitui added to it."""

    arguments: SubmitArguments
    added: tuple[Addition, ...]
    upload: Path | None = None
    """A file of this machine that the master's node must get first, as the application."""

    def words(self) -> list[str]:
        """Return all of spark-submit's arguments."""
        return self.arguments.words(word for addition in self.added for word in addition.words)


def job_words(cluster: Cluster, name: str) -> list[str]:
    """Return spark-submit's arguments for a job of the configuration.

    Raises:
        UsageError: there is no such job; names those there are.
    """
    jobs = cluster.config.jobs
    if name not in jobs:
        known = f"There are: {', '.join(jobs)}." if jobs else "Put it under `jobs:`."
        raise UsageError(f"no job is called {name!r} in the configuration", known)
    job = jobs[name]
    words = []
    for key, value in job.conf.items():
        words += ["--conf", f"{key}={str(value).lower() if isinstance(value, bool) else value}"]
    return [*words, job.app, *(str(argument) for argument in job.args)]


async def prepare(cluster: Cluster, words: list[str], folder: Path | None = None) -> Submission:
    """Read a person's arguments and add what this cluster needs.

    A relative path of the application is looked for in `folder` (the current one by default) on
    this machine first, and otherwise means one below the Spark home of the master's node.

    Raises:
        UsageError: the arguments make no sense.
        PituiError: the master does not answer or has no worker alive.
    """
    try:
        arguments = parse_submit(words)
    except ValueError as error:
        raise UsageError(f"spark-submit's arguments: {error}") from error
    if arguments.application is None:
        raise UsageError("there is no application to run", "Name a .py or .jar file.")
    view = await cluster.spark_master.read()
    if not view.alive:
        raise PituiError("no worker is alive", "Start them with `pitui start workers`.")
    facts = await _facts(cluster, arguments, view)
    arguments, upload = await _locate(cluster, arguments, folder or Path.cwd())
    return Submission(arguments, tuple(plan_additions(arguments, facts)), upload)


async def _locate(
    cluster: Cluster, arguments: SubmitArguments, folder: Path
) -> tuple[SubmitArguments, Path | None]:
    path, found = _here(arguments.application or "", folder)
    if not found:
        await _must_be_there(cluster, arguments.application or "", path)
        return arguments, None
    if cluster.master.local:
        return arguments.with_application(str(path.resolve())), None
    return arguments, path


def _here(application: str, folder: Path) -> tuple[Path, bool]:
    try:
        path = folder / Path(application).expanduser()
        return path, path.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"the application {application!a}: {error}") from error


async def _must_be_there(cluster: Cluster, application: str, here: Path) -> None:
    """Check that the master's node has an application that this machine does not have.

    Raises:
        UsageError: it has not; names both places.
    """
    if urlsplit(application).scheme:
        return
    node = cluster.master
    script = f"cd {quote_path(node.spark_home)} && test -e {quote_path(application)}"
    if not (await cluster.runner(node.name).run(script)).ok:
        there = (
            application
            if application.startswith(("/", "~"))
            else f"{node.spark_home}/{application}"
        )
        raise UsageError(
            f"the application {application!a} is nowhere: neither {here} on this machine nor "
            f"{there} on {node.name}",
        )


async def _facts(cluster: Cluster, arguments: SubmitArguments, view: MasterView) -> SubmitFacts:
    found = await _submission_facts(cluster, arguments, view)
    free = [worker.memory_mib for worker in view.alive]
    return SubmitFacts(
        master_url=view.url,
        defaults=parse_properties(found.defaults),
        environment={**found.environment, **cluster.master.env},
        executor_memory_mib=fitting_executor_memory_mib(free),
        driver_host=found.address,
        python=await _python(cluster, arguments, found),
    )


async def _submission_facts(
    cluster: Cluster, arguments: SubmitArguments, view: MasterView
) -> SubmissionFacts:
    node = cluster.master
    script = submission_script(
        node.spark_home,
        properties_file=arguments.properties_file,
        towards=view.alive[0].host,
    )
    result = await cluster.runner(node.name).run(script)
    facts = parse_submission(result.stdout)
    if not facts.has_submit:
        raise NodeError(
            node.name,
            f"{node.name}: there is no bin/spark-submit below {node.spark_home}",
            "Set spark.home (or the node's spark_home) to where Spark is.",
        )
    if facts.address is None and urlsplit(view.url).hostname:
        return replace(facts, address=urlsplit(view.url).hostname)
    return facts


async def _python(
    cluster: Cluster, arguments: SubmitArguments, facts: SubmissionFacts
) -> str | None:
    if not (arguments.application or "").endswith(".py"):
        return None
    if facts.environment.get("PYSPARK_PYTHON") or cluster.master.env.get("PYSPARK_PYTHON"):
        return None
    names = [cluster.master.name, *(node.name for node in cluster.workers)]
    return await common_python(cluster, names)

"""Submitting an application: what the cluster needs is found out and added, nothing is guessed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pitui.domain.cluster import MasterView
from pitui.domain.errors import NodeError, PituiError, UsageError
from pitui.domain.sizing import fitting_executor_memory_mib
from pitui.facts.runtimes.python import parse_pythons, python_script
from pitui.facts.spark.submit_defaults import SubmissionFacts, parse_submission, submission_script
from pitui.remote.fanout import fan_out
from pitui.remote.runner import FROM_STDIN
from pitui.services.cluster import Cluster
from pitui.services.runs.run_folder import SETTINGS
from pitui.services.runs.submit_files import Places, Upload, locate
from pitui.spark.properties import parse_properties
from pitui.spark.submit.submit_args import SubmitArguments, parse_submit
from pitui.spark.submit.submit_paths import paths_of_files, properties_files
from pitui.spark.submit.submit_plan import Addition, SubmitFacts, plan_additions
from pitui.spark.submit.submit_settings import SubmitSettings, take_settings


async def common_python(cluster: Cluster, names: Sequence[str]) -> str | None:
    """Return a Python command that is of one minor version on all nodes that answer, or None.

    Plain `python3` where it is the same everywhere, else the newest `python3.N` they share;
    driver and executors must agree on the minor version.
    """

    async def versions(name: str) -> dict[str, tuple[int, int]]:
        result = await cluster.runner(name).run(python_script(), changes=False)
        return parse_pythons(result.stdout)

    answers = await fan_out(names, versions)
    return _agree([found for found in answers.values() if not isinstance(found, PituiError)])


def _agree(nodes: list[dict[str, tuple[int, int]]]) -> str | None:
    if not nodes:
        return None
    shared = {
        command: version
        for command, version in nodes[0].items()
        if all(found.get(command) == version for found in nodes[1:])
    }
    if "python3" in shared:
        return "python3"
    return max(shared, key=lambda command: shared[command], default=None)


@dataclass(frozen=True, slots=True)
class Submission:
    """A command line for spark-submit, what pitui added to it, and where its files are."""

    arguments: SubmitArguments
    added: tuple[Addition, ...]
    places: Places
    defaults_path: str = ""
    """The spark-defaults.conf of the master's node, where it counts."""

    @property
    def uploads(self) -> list[Upload]:
        """Files of this machine that the master's node must get first."""
        return self.places.uploads

    @property
    def upload_mib(self) -> int:
        """MiB of all uploads."""
        return sum(upload.size for upload in self.uploads) // (1024 * 1024)

    @property
    def name(self) -> str:
        """What a person calls it: by `--name`, by its file, or by what else it does."""
        given = self.arguments.conf.get("spark.app.name")
        last = self.arguments.options[-1].name if self.arguments.options else ""
        return given or Path(self.arguments.application or last).name

    def command(self, folder: str) -> tuple[list[str], SubmitSettings]:
        """Return spark-submit's arguments, and the settings that it reads from a file.

        `folder` is the run's on the master's node. Settings are no arguments, as everybody there
        can read these.
        """
        placed = self.places.put(self.arguments, folder)
        arguments, settings = take_settings(placed, self.defaults_path)
        added = [word for addition in self.added for word in addition.words]
        if settings:
            added += ["--properties-file", f"{folder}/{SETTINGS}"]
        return arguments.words(added), settings


def job_words(cluster: Cluster, name: str) -> list[str]:
    """Return spark-submit's arguments for a job of the configuration.

    Raises:
        UsageError: there is no such job; names those there are.
    """
    jobs = cluster.config.jobs
    if name not in jobs:
        known = f"There are: {', '.join(jobs)}." if jobs else "Put it under `jobs:`."
        raise UsageError(f"the configuration has no job {name!r}", known)
    job = jobs[name]
    words = []
    for key, value in job.conf.items():
        words += ["--conf", f"{key}={str(value).lower() if isinstance(value, bool) else value}"]
    for option, paths in (("--py-files", job.py_files), ("--jars", job.jars)):
        if paths:
            words += [option, ",".join(paths)]
    return [*words, job.app, *(str(argument) for argument in job.args)]


async def prepare(cluster: Cluster, words: list[str], folder: Path | None = None) -> Submission:
    """Read a person's arguments, find the files, and add what this cluster needs.

    A relative path is looked for in `folder` (the current one by default) on this machine first,
    and otherwise means one below the Spark home of the master's node.

    Raises:
        UsageError: the arguments are not valid.
        PituiError: a file is nowhere, or the master does not answer or has no worker alive.
    """
    try:
        arguments = parse_submit(words)
    except ValueError as error:
        raise UsageError(f"spark-submit's arguments: {error}") from error
    if arguments.application is None and arguments.needs_application:
        raise UsageError("no application to run", "Name a .py or .jar file.")
    _check_settings(arguments)
    arguments, places, properties = await find_files(cluster, arguments, folder or Path.cwd())
    if not arguments.needs_application:
        return Submission(arguments, await _master_of_driver(cluster, arguments), places)
    view = await cluster.spark_master.read()
    if not view.alive:
        raise PituiError("no worker is alive", "Start them with `pitui start workers`.")
    facts = await _gather_facts(cluster, arguments, view, properties)
    added = tuple(plan_additions(arguments, facts))
    check_deploy_mode({**facts.defaults, **facts.properties, **arguments.conf})
    return Submission(arguments, added, places, facts.defaults_path)


def check_deploy_mode(settings: Mapping[str, str]) -> None:
    """See that Spark gives the driver the secret, where one is asked for (SPARK-25078).

    Raises:
        PituiError: it does not, so that the driver would end at once on its worker.
    """
    in_cluster_mode = settings.get("spark.submit.deployMode") == "cluster"
    asks = settings.get("spark.authenticate", "").lower() == "true"
    # Whoever names a file of options has the driver's JVM read it there.
    options = [settings.get(f"spark.driver.{name}JavaOptions", "") for name in ("default", "extra")]
    if in_cluster_mode and asks and not any("@" in words for words in options):
        raise PituiError(
            "Spark gives a driver in cluster mode no spark.authenticate.secret (SPARK-25078)",
            "Leave --deploy-mode cluster away: the driver then runs on the master's node.",
        )


def _check_settings(arguments: SubmitArguments) -> None:
    try:
        take_settings(arguments, "")
    except ValueError as error:
        raise UsageError(f"spark-submit's arguments: {error}") from error


async def _master_of_driver(cluster: Cluster, arguments: SubmitArguments) -> tuple[Addition, ...]:
    """Return what `--kill` and `--status` need, where the person did not say it."""
    if not {"--kill", "--status"} & arguments.names or {"--master", "--remote"} & arguments.names:
        return ()
    url = (await cluster.spark_master.read()).url
    return (Addition(("--master", url), "this cluster's master"),)


@dataclass(frozen=True, slots=True)
class PropertiesFiles:
    """What a person's properties files set."""

    settings: Mapping[str, str]
    """By those of this machine."""
    on_node: tuple[str, ...]
    """Those that are on the master's node, not read yet."""


async def find_files(
    cluster: Cluster, arguments: SubmitArguments, folder: Path
) -> tuple[SubmitArguments, Places, PropertiesFiles]:
    """Find the files of a command line, and those that its properties files name.

    Those become options: they are relative to where the person stands, as for spark-submit there,
    and not to where the properties file is brought.

    Raises:
        PituiError: a file is nowhere, or cannot be read.
    """
    places = await locate(cluster, arguments, folder)
    properties = await _properties_files(arguments, places)
    if ours := paths_of_files(arguments, properties.settings):
        arguments = arguments.with_conf(ours)
        places = await locate(cluster, arguments, folder)
    return arguments, places, properties


async def _properties_files(arguments: SubmitArguments, places: Places) -> PropertiesFiles:
    settings: dict[str, str] = {}
    on_node = []
    for use in properties_files(arguments):
        path = places.source(use)
        if path is None:
            on_node.append(places.on_node(use))
        else:
            settings |= await asyncio.to_thread(_read_properties, path, use.what)
    return PropertiesFiles(settings, tuple(on_node))


def _read_properties(path: Path, what: str) -> dict[str, str]:
    try:
        return parse_properties(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError) as error:
        raise PituiError(f"cannot read {path} ({what}): {error}") from error


async def _gather_facts(
    cluster: Cluster,
    arguments: SubmitArguments,
    view: MasterView,
    files: PropertiesFiles,
) -> SubmitFacts:
    found = await _submission_facts(cluster, view, files.on_node)
    node = cluster.master.name
    properties = dict(files.settings)
    for number, name in enumerate(files.on_node):
        properties |= _parse_file(node, name, found.files.get(number, ""))
    defaults = {}
    if arguments.reads_defaults:
        defaults = _parse_file(node, found.defaults_path, found.defaults)
    return SubmitFacts(
        master_url=view.url,
        defaults=defaults,
        defaults_path=found.defaults_path if arguments.reads_defaults else "",
        properties=properties,
        environment=found.environment,
        executor_memory_mib=fitting_executor_memory_mib(w.memory_mib for w in view.alive),
        driver_host=found.address,
        python=await _python_on_node(cluster, arguments, found),
    )


def _parse_file(node: str, path: str, text: str) -> dict[str, str]:
    try:
        return parse_properties(text)
    except ValueError as error:
        raise NodeError(
            node, f"{path} on {node}: {error}", "Spark cannot read it either."
        ) from error


async def _submission_facts(
    cluster: Cluster, view: MasterView, on_node: Sequence[str]
) -> SubmissionFacts:
    node = cluster.master
    script = submission_script(
        node.spark_home, towards=view.alive[0].host, files=on_node, env=node.env
    )
    asked = cluster.runner(node.name).run(FROM_STDIN, stdin=script.encode(), changes=False)
    result = await asked
    facts = parse_submission(result.stdout)
    if not facts.has_submit:
        raise NodeError(
            node.name,
            f"{node.name}: bin/spark-submit not found in {node.spark_home}",
            "Set spark.home (or the node's spark_home) to where Spark is.",
        )
    if facts.ends is not None:
        message, advice = facts.ends
        raise NodeError(node.name, f"{node.name}: {message}", advice)
    if facts.closed is not None:
        path, group = facts.closed
        raise NodeError(
            node.name,
            f"{node.name}: this login may not read {path}, and so not submit",
            f"Its group may: sudo usermod -aG {group} USER, then log in again; or "
            "set spark.submit_group and provision.",
        )
    if facts.address is None and urlsplit(view.url).hostname:
        return replace(facts, address=urlsplit(view.url).hostname)
    return facts


async def _python_on_node(
    cluster: Cluster, arguments: SubmitArguments, facts: SubmissionFacts
) -> str | None:
    if not (arguments.application or "").endswith(".py"):
        return None
    if facts.environment.get("PYSPARK_PYTHON"):
        return None
    names = [cluster.master.name, *(node.name for node in cluster.workers)]
    return await common_python(cluster, names)

"""A job of the configuration: the nodes get what they lack of its data, and it is started."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pitui.domain.apps.recorded_run import Run
from pitui.domain.errors import NodeError
from pitui.domain.node_outcome import OutcomeState
from pitui.services.cluster import Cluster
from pitui.services.data.item_push import PushProgress
from pitui.services.data.push_items import job_items
from pitui.services.data.pushing import DeliveryReport, Pushing
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.submit import job_words, prepare


@dataclass(frozen=True, slots=True)
class ConfiguredJob:
    """A job under `jobs:`, for a person to choose."""

    name: str
    program: str
    """The application with its arguments."""
    data: Sequence[str] = ()
    """Paths on the nodes that it reads, which are under `data:`."""


def configured_jobs(cluster: Cluster) -> list[ConfiguredJob]:
    """Return the jobs of the configuration, in its order."""
    return [
        ConfiguredJob(name, shlex.join([job.app, *map(str, job.args)]), tuple(job.data))
        for name, job in cluster.config.jobs.items()
    ]


async def bring_job_data(
    cluster: Cluster, job: str, progress: PushProgress, report: DeliveryReport
) -> None:
    """See that the nodes have the data of a job, and bring what is missing.

    A node that cannot be reached has no worker that could miss it, and is only reported.

    Raises:
        NodeError: a node did not take it.
        UsageError: a source is not there.
    """
    items = job_items(cluster, job)
    if not items:
        return
    for one in await Pushing(cluster, progress, report).run(items, list(cluster.nodes)):
        if one.state is OutcomeState.FAILED:
            raise NodeError(one.node, one.error, one.advice)


async def start_job(
    cluster: Cluster,
    runs: Runs,
    job: str,
    report: DeliveryReport,
    say: Callable[[str], None],
) -> Run:
    """Bring a job's data, start the job on the master's node, and return its run.

    `report` is called with each item that came to a node, `say` with what is added to the job's
    command line.

    Raises:
        UsageError: there is no such job, or a source is not there.
        PituiError: a node did not take the data, or the job cannot be started.
    """
    words = job_words(cluster, job)
    await bring_job_data(cluster, job, lambda *_: None, report)
    submission = await prepare(cluster, words, cluster.config.folder)
    for addition in submission.added:
        say(f"{job}: added {addition}")
    return await runs.submit(submission, job)

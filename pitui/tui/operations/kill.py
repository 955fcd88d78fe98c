"""Killing jobs: what is asked before, and what is done to each of them."""

from asyncio import TaskGroup
from collections.abc import Mapping, Sequence

from pitui.domain.errors import PituiError
from pitui.domain.outcome import Outcome, OutcomeReport, OutcomeState
from pitui.domain.text import one_line
from pitui.tui.base.confirm import Question
from pitui.tui.operations.operation import Operation, job_claim
from pitui.tui.services.backend import Backend
from pitui.tui.text.job_list import Job, identity


def kill_question(jobs: Sequence[Job]) -> Question:
    """Return the question before jobs are killed: which, and what is lost."""
    verb, what = _deed(_named(jobs))
    if len(jobs) == 1:
        targets = [identity(jobs[0]) or one_line(jobs[0].name)]
        effect = "Its executors end and what it computed so far is lost."
    else:
        targets = list(_named(jobs))
        effect = "Their executors end and what they computed so far is lost."
    return Question(f"{verb} {what}?", verb, targets, [effect])


def kill_operation(services: Backend, jobs: Sequence[Job]) -> Operation:
    """Return what kills applications and drivers and cancels runs, side by side."""
    named = _named(jobs)

    async def work(report: OutcomeReport) -> None:
        async with TaskGroup() as group:
            for name, job in named.items():
                group.create_task(_end(services, name, job, report))

    def again(failed: Sequence[Outcome]) -> Operation:
        return kill_operation(services, [named[outcome.node] for outcome in failed])

    about = frozenset(filter(None, (word for job in jobs for word in (job.app_id, job.name))))
    claims = frozenset(job_claim(identity(job) or job.name) for job in jobs)
    operation = Operation(" ".join(_deed(named)), work, about, claims, again=again)
    return operation.expect([(name, "") for name in named])


async def _end(services: Backend, name: str, job: Job, report: OutcomeReport) -> None:
    report(Outcome(name, "", OutcomeState.WORKING))
    try:
        if job.run is not None:
            await services.cancel_run(job.run.id)
        elif job.driver is not None:
            await services.jobs.kill_driver(job.driver.id)
        else:
            await services.kill_application(job.app_id or "")
    except PituiError as error:
        report(Outcome(name, "", OutcomeState.FAILED, error.message, error.advice))
    else:
        report(Outcome(name, "", OutcomeState.OK))


def _deed(named: Mapping[str, Job]) -> tuple[str, str]:
    """Return what is done, and to what in few words."""
    runs = all(job.run is not None for job in named.values())
    what = next(iter(named)) if len(named) == 1 else f"{len(named)} {'runs' if runs else 'jobs'}"
    return ("End run" if runs and len(named) == 1 else "End" if runs else "Kill"), what


def _named(jobs: Sequence[Job]) -> dict[str, Job]:
    """Return jobs by name, of several with what tells them apart."""
    if len(jobs) == 1:
        return {one_line(jobs[0].name): jobs[0]}
    return {one_line(f"{job.name} {identity(job)}"): job for job in jobs}

"""Killing applications and parts of them, and benchmarks: what is asked, and what is done."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pitui.domain.apps.app_detail import AppLocation
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.domain.text.printable import one_line
from pitui.tui.backend.backend_interface import Backend
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.dialogs.confirm import Question
from pitui.tui.base.ui_messages import StatusMessage
from pitui.tui.operations.operation import Operation, job_claim
from pitui.tui.operations.operation_runner import runner_of
from pitui.tui.text.job_list import Job, identity

if TYPE_CHECKING:
    from textual.widget import Widget

    from pitui.services.runs.configured_job import ConfiguredJob


class JobActions:
    """Actions on applications, drivers and runs, asked for by a widget."""

    def __init__(self, widget: "Widget") -> None:
        self._widget = widget

    # -- killing ---------------------------------------------------------------------------

    def kill(self, jobs: Sequence[Job]) -> None:
        """Kill applications and drivers, and cancel runs, side by side."""
        runner_of(self._widget).submit(_kill(app_of(self._widget).services, jobs))

    def kill_part(
        self, location: AppLocation, say: Callable[[str], None], killed: Callable[[], None]
    ) -> None:
        """Kill a job or a stage of an application.

        `say` gets what is done, in words, as it goes on; `killed` is called when Spark agrees.
        """
        runner_of(self._widget).submit(self._kill_part(location, say, killed))

    def _kill_part(
        self, location: AppLocation, say: Callable[[str], None], killed: Callable[[], None]
    ) -> Operation:
        app, services, name = self._widget.app, app_of(self._widget).services, str(location)

        async def work(report: OutcomeReport) -> None:
            say(f"killing {name}")
            report(Outcome(name, "", OutcomeState.WORKING))
            try:
                state = await services.jobs.kill(location)
            except PituiError as error:
                report(Outcome(name, "", OutcomeState.FAILED, error.message, error.advice))
                app.notify(str(error), title=f"Kill {name}", severity="error", markup=False)
                return
            report(Outcome(name, "", OutcomeState.OK, state))
            say(f"{name} is {state}")
            killed()

        effect = "Its tasks end. The program sees a failure, and often exits because of it."
        return Operation(
            "kill",
            f"Kill {name}",
            work,
            about=frozenset(),
            claims=frozenset((job_claim(name),)),
            question=Question(f"Kill {name}?", "Kill", [], [effect]),
            again=lambda _failed: self._kill_part(location, say, killed),
            quiet=True,
        ).expect([(name, "")])

    # -- jobs of the configuration ----------------------------------------------------------

    def submit_job(self, started: Callable[[str], None]) -> None:
        """Offer the jobs of the configuration, and submit the one that is chosen.

        `started` gets the id of the run once there is one.
        """
        from pitui.tui.base.dialogs.choose_row import ChoiceScreen

        services = app_of(self._widget).services
        jobs = services.runs.configured_jobs()
        if not jobs:
            self._say("the configuration has no jobs: put them under `jobs:`")
            return

        def chosen(number: int | None) -> None:
            if number is not None:
                runner_of(self._widget).submit(self._job(services, jobs[number], started))

        width = max(len(job.name) for job in jobs)
        rows = [(one_line(job.name).ljust(width), one_line(job.program)) for job in jobs]
        self._widget.app.push_screen(ChoiceScreen("Submit a job", rows), chosen)

    def _job(
        self, services: Backend, job: "ConfiguredJob", started: Callable[[str], None]
    ) -> Operation:
        """Return what submits a job; not while the nodes that it needs are worked on."""
        snapshot = app_of(self._widget).main.snapshot
        node = snapshot.master.node

        async def work(report: OutcomeReport) -> None:
            report(Outcome(node, "", OutcomeState.WORKING, "submitting"))
            run = await services.runs.start_job(job.name, report, self._say)
            report(Outcome(node, "", OutcomeState.OK, f"run {run.id}"))
            started(run.id)

        others = frozenset(one.name for one in snapshot.nodes) if job.data else frozenset()
        return Operation(
            "submit",
            f"Submit {one_line(job.name)}",
            work,
            about=frozenset((job.name,)),
            claims=frozenset(),  # several jobs may run at once
            idle=others | {node},
            again=lambda _failed: self._job(services, job, started),
            quiet=True,
        ).expect([(node, "")])

    # -- benchmarks ------------------------------------------------------------------------

    def benchmark(self, started: Callable[[str], None]) -> None:
        """Offer the benchmarks, and start the one that is chosen.

        `started` gets the id of the run once there is one.
        """
        from pitui.tui.operations.benchmark_form import BenchmarkScreen

        services = app_of(self._widget).services

        def chosen(choice: tuple[str, dict[str, str]] | None) -> None:
            if choice is not None:
                runner_of(self._widget).submit(self._benchmark(services, *choice, started))

        self._widget.app.push_screen(BenchmarkScreen(), chosen)

    def _benchmark(
        self,
        services: Backend,
        name: str,
        parameters: Mapping[str, str],
        started: Callable[[str], None],
    ) -> Operation:
        """Return what starts a benchmark; not while the master's node is worked on."""
        node = app_of(self._widget).main.snapshot.master.node

        async def work(report: OutcomeReport) -> None:
            report(Outcome(node, "", OutcomeState.WORKING, "starting spark-submit"))
            run = await services.runs.start_benchmark(name, parameters, self._say)
            report(Outcome(node, "", OutcomeState.OK, f"run {run.id}"))
            started(run.id)

        return Operation(
            "benchmark",
            f"Start benchmark {name}",
            work,
            about=frozenset(),
            claims=frozenset(),  # several benchmarks may run at once
            idle=frozenset((node,)),
            again=lambda _failed: self._benchmark(services, name, parameters, started),
            quiet=True,
        ).expect([(node, "")])

    def _say(self, words: str) -> None:
        app = self._widget.app
        if app.is_running:  # it may end after the UI
            app.screen.post_message(StatusMessage(words))


def _kill(services: Backend, jobs: Sequence[Job]) -> Operation:
    named = _by_name(jobs)

    async def work(report: OutcomeReport) -> None:
        async with TaskGroup() as group:
            for name, job in named.items():
                group.create_task(_end_job(services, name, job, report))

    def again(failed: Sequence[Outcome]) -> Operation:
        return _kill(services, [named[outcome.node] for outcome in failed])

    about = frozenset(filter(None, (word for job in jobs for word in (job.app_id, job.name))))
    return Operation(
        "kill",
        " ".join(_kill_words(named)),
        work,
        about=about,
        claims=frozenset(job_claim(identity(job) or job.name) for job in jobs),
        question=_kill_question(jobs),
        again=again,
    ).expect([(name, "") for name in named])


def _kill_question(jobs: Sequence[Job]) -> Question:
    """Return the question before jobs are killed: which, and what is lost."""
    verb, what = _kill_words(_by_name(jobs))
    if len(jobs) == 1:
        targets = [identity(jobs[0]) or one_line(jobs[0].name)]
        effect = "Its executors stop, and all results so far are lost."
    else:
        targets = list(_by_name(jobs))
        effect = "Their executors stop, and all results so far are lost."
    return Question(f"{verb} {what}?", verb, targets, [effect])


async def _end_job(services: Backend, name: str, job: Job, report: OutcomeReport) -> None:
    report(Outcome(name, "", OutcomeState.WORKING))
    try:
        if job.run is not None:
            await services.runs.cancel(job.run)
        elif job.driver is not None:
            await services.jobs.kill_driver(job.driver.id)
        else:
            await services.jobs.kill_application(job.app_id or "")
    except PituiError as error:
        report(Outcome(name, "", OutcomeState.FAILED, error.message, error.advice))
    else:
        report(Outcome(name, "", OutcomeState.OK))


def _kill_words(named: Mapping[str, Job]) -> tuple[str, str]:
    """Return what is done, and to what in few words."""
    runs = all(job.run is not None for job in named.values())
    what = next(iter(named)) if len(named) == 1 else f"{len(named)} {'runs' if runs else 'jobs'}"
    return ("End run" if runs and len(named) == 1 else "End" if runs else "Kill"), what


def _by_name(jobs: Sequence[Job]) -> dict[str, Job]:
    """Return jobs by name, of several with what tells them apart."""
    if len(jobs) == 1:
        return {one_line(jobs[0].name): jobs[0]}
    return {one_line(f"{job.name} {identity(job)}"): job for job in jobs}

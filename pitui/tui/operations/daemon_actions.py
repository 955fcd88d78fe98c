"""What the UI does when it was asked to: question first where it hurts, then progress."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pitui.domain.cluster import Role
from pitui.domain.outcome import Outcome, OutcomeReport, OutcomeState
from pitui.tui.base.confirm import ConfirmScreen, Question
from pitui.tui.base.dispatch import app_of
from pitui.tui.base.messages import DaemonTarget, Verb
from pitui.tui.operations.begin import ask, begin, refused
from pitui.tui.operations.operation import Operation

if TYPE_CHECKING:
    from pitui.tui.main.main_screen import MainScreen
    from pitui.tui.text.job_list import Job


class DaemonActions:
    """Carries out what panes ask the main screen for."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen

    # -- daemons ---------------------------------------------------------------------------

    def daemons(self, verb: Verb, targets: Sequence[DaemonTarget]) -> None:
        """Start, stop or restart; asks before the latter two."""
        operation = self._operation(verb, targets)
        if verb is Verb.START:
            begin(self._screen, operation)
            return
        services = app_of(self._screen).services
        effects = services.consequences(self._screen.snapshot, targets)
        names = [f"{target.role} on {target.node}" for target in targets]
        question = Question(f"{operation.title}?", verb.capitalize(), names, effects)
        ask(self._screen, question, operation)

    def _operation(self, verb: Verb, targets: Sequence[DaemonTarget]) -> Operation:
        services = app_of(self._screen).services

        async def work(report: OutcomeReport) -> None:
            await services.act(verb, targets, report)
            services.poll_now()

        def again(failed: Sequence[Outcome]) -> Operation:
            return self._operation(verb, [DaemonTarget(o.node, Role(o.role)) for o in failed])

        nodes = frozenset(target.node for target in targets)
        title = f"{verb.capitalize()} {_named(targets)}"
        operation = Operation(title, work, about=nodes, claims=nodes, again=again)
        return operation.expect([(target.node, target.role) for target in targets])

    # -- jobs ------------------------------------------------------------------------------

    def end(self, jobs: "Sequence[Job]") -> None:
        """Kill applications and drivers, and cancel runs, after a question."""
        from pitui.tui.operations.kill import kill_operation, kill_question

        services = app_of(self._screen).services
        ask(self._screen, kill_question(jobs), kill_operation(services, jobs))

    def benchmark(self) -> None:
        """Offer the benchmarks, and start the one that is chosen."""
        from pitui.tui.operations.benchmark_form import BenchmarkScreen

        def chosen(choice: tuple[str, dict[str, str]] | None) -> None:
            if choice is not None:
                self.start_benchmark(*choice)

        self._screen.app.push_screen(BenchmarkScreen(), chosen)

    def start_benchmark(self, name: str, parameters: Mapping[str, str]) -> None:
        """Start a benchmark and follow its output; not while the master's node is worked on."""
        if not refused(self._screen, [self._screen.snapshot.master.node]):
            begin(self._screen, self._benchmark(name, parameters))

    def _benchmark(self, name: str, parameters: Mapping[str, str]) -> Operation:
        services, node = app_of(self._screen).services, self._screen.snapshot.master.node

        async def work(report: OutcomeReport) -> None:
            report(Outcome(node, "", OutcomeState.WORKING, "starting spark-submit"))
            run = await services.start_benchmark(name, parameters)
            report(Outcome(node, "", OutcomeState.OK, f"run {run.id}"))
            services.poll_now()
            self._screen.jobs.select_run(run.id)
            self._screen.follow((run.id,))

        # Nothing is claimed: several benchmarks may run at once.
        operation = Operation(
            f"Start benchmark {name}",
            work,
            about=frozenset(),
            claims=frozenset(),
            again=lambda _failed: self._benchmark(name, parameters),
            quiet=True,
        )
        return operation.expect([(node, "")])

    # -- leaving ---------------------------------------------------------------------------

    def leave(self) -> None:
        """Quit; asks where an action is not over."""
        app, running = self._screen.app, self._screen.progress.running
        if not running:
            app.exit()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                app.exit()

        effect = "What was begun on a node may stay half done."
        question = Question("Quit now?", "Quit", [o.title for o in running], [effect])
        app.push_screen(ConfirmScreen(question), answered)


def _named(targets: Sequence[DaemonTarget]) -> str:
    if len(targets) == 1:
        return f"{targets[0].role} on {targets[0].node}"
    roles = {target.role for target in targets}
    return f"{len(targets)} {'workers' if roles == {Role.WORKER} else 'daemons'}"

"""What the UI does when it was asked to: question first where it hurts, then progress."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pitui.domain.cluster import Role
from pitui.domain.outcome import Outcome, OutcomeState, Report
from pitui.tui.doing import pitui
from pitui.tui.messages import Daemon, Verb
from pitui.tui.operation import Operation
from pitui.tui.screens.confirm import ConfirmScreen, Question

if TYPE_CHECKING:
    from pitui.tui.present.job_list import Job
    from pitui.tui.screens.main import MainScreen


class Deeds:
    """Carries out what panes ask the main screen for."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen

    def _begin(self, operation: Operation) -> None:
        self._screen.progress.begin(operation)

    def _ask(self, question: Question, operation: Operation) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._begin(operation)

        self._screen.app.push_screen(ConfirmScreen(question), answered)

    # -- daemons ---------------------------------------------------------------------------

    def daemons(self, verb: Verb, targets: Sequence[Daemon]) -> None:
        """Start, stop or restart; asks before the latter two."""
        busy = {name for operation in self._screen.progress.running for name in operation.about}
        if common := sorted({target.node for target in targets} & busy):
            self._screen.hints.say(f"{', '.join(common)}: the last action is not over yet (P)")
            return
        operation = self._operation(verb, targets)
        if verb is Verb.START:
            self._begin(operation)
            return
        services = pitui(self._screen).services
        effects = services.consequences(self._screen.snapshot, targets)
        names = [f"{target.role} on {target.node}" for target in targets]
        self._ask(Question(f"{operation.title}?", verb.capitalize(), names, effects), operation)

    def _operation(self, verb: Verb, targets: Sequence[Daemon]) -> Operation:
        services = pitui(self._screen).services

        async def work(report: Report) -> None:
            await services.act(verb, targets, report)
            services.nudge()

        def again(failed: Sequence[Outcome]) -> Operation:
            return self._operation(verb, [Daemon(o.node, Role(o.role)) for o in failed])

        operation = Operation(
            title=f"{verb.capitalize()} {_named(targets)}",
            work=work,
            about=frozenset(target.node for target in targets),
            again=again,
        )
        return operation.expect([(target.node, target.role) for target in targets])

    # -- jobs ------------------------------------------------------------------------------

    def end(self, jobs: "Sequence[Job]") -> None:
        """Kill applications and drivers, and cancel runs, after a question."""
        from pitui.tui.ending import ending, losses

        services = pitui(self._screen).services
        self._ask(losses(jobs), ending(services, jobs))

    def benchmark(self) -> None:
        """Offer the benchmarks, and start the one that is chosen."""
        from pitui.tui.screens.benchmark import BenchmarkScreen

        def chosen(choice: tuple[str, dict[str, str]] | None) -> None:
            if choice is not None:
                self.start_benchmark(*choice)

        self._screen.app.push_screen(BenchmarkScreen(), chosen)

    def start_benchmark(self, name: str, parameters: Mapping[str, str]) -> None:
        """Start a benchmark and follow its output."""
        services, node = pitui(self._screen).services, self._screen.snapshot.master.node

        async def work(report: Report) -> None:
            report(Outcome(node, "", OutcomeState.WORKING, "starting spark-submit"))
            run = await services.start_benchmark(name, parameters)
            report(Outcome(node, "", OutcomeState.OK, f"run {run.id}"))
            services.nudge()
            self._screen.jobs.select_run(run.id)
            self._screen.follow((run.id,))

        operation = Operation(f"Start benchmark {name}", work, frozenset(), quiet=True)
        self._begin(operation.expect([(node, "")]))

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


def _named(targets: Sequence[Daemon]) -> str:
    if len(targets) == 1:
        return f"{targets[0].role} on {targets[0].node}"
    roles = {target.role for target in targets}
    return f"{len(targets)} {'workers' if roles == {Role.WORKER} else 'daemons'}"

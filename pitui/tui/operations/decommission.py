"""Decommissioning workers from the UI; a plain stop is offered where the master may not."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pitui.domain.cluster import Role
from pitui.domain.errors import PituiError
from pitui.domain.outcome import Outcome, OutcomeReport
from pitui.tui.base.confirm import Question
from pitui.tui.base.dispatch import app_of
from pitui.tui.base.messages import DaemonTarget, Verb
from pitui.tui.operations.begin import ask, refused
from pitui.tui.operations.operation import Operation, Work

if TYPE_CHECKING:
    from pitui.tui.main.main_screen import MainScreen


class DecommissionAction:
    """Takes workers out gently."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen

    def ask(self, nodes: Sequence[str]) -> None:
        """Ask the master whether it may, then the person, then do it."""
        if refused(self._screen, nodes):
            return
        self._screen.footer.say("asking the master whether it can decommission a worker")
        self._screen.run_worker(self._ask(tuple(nodes)), group="drain", exclusive=True)

    async def _ask(self, nodes: Sequence[str]) -> None:
        try:
            refused = await app_of(self._screen).services.inspection.decommission_refusal()
        except PituiError as error:
            self._screen.footer.say(str(error))
            return
        effects = self._effects(nodes)
        if refused is None:
            question = Question(
                f"Drain and stop {_named(nodes)}?",
                "Drain and stop",
                nodes,
                [
                    "They get no new work, and are stopped when their tasks have ended.",
                    *effects,
                ],
            )
            operation = self._drain(nodes)
        else:
            question = Question(
                f"Cannot drain. Stop {_named(nodes)} now?",
                "Stop",
                nodes,
                [f"{refused.reason}.", refused.advice, *effects],
            )
            operation = self._stop(nodes)
        ask(self._screen, question, operation)

    def _effects(self, nodes: Sequence[str]) -> list[str]:
        daemons = [DaemonTarget(name, Role.WORKER) for name in nodes]
        return app_of(self._screen).services.consequences(self._screen.snapshot, daemons)

    def _drain(self, nodes: Sequence[str]) -> Operation:
        services = app_of(self._screen).services

        async def work(report: OutcomeReport) -> None:
            await services.inspection.drain(nodes, report)
            services.poll_now()

        return _operation("Drain", nodes, work, self._drain)

    def _stop(self, nodes: Sequence[str]) -> Operation:
        services = app_of(self._screen).services

        async def work(report: OutcomeReport) -> None:
            await services.act(
                Verb.STOP, [DaemonTarget(name, Role.WORKER) for name in nodes], report
            )
            services.poll_now()

        return _operation("Stop", nodes, work, self._stop)


def _operation(
    verb: str, nodes: Sequence[str], work: Work, repeat: Callable[[Sequence[str]], Operation]
) -> Operation:
    def again(failed: Sequence[Outcome]) -> Operation:
        return repeat([outcome.node for outcome in failed])

    names = frozenset(nodes)
    operation = Operation(f"{verb} {_named(nodes)}", work, about=names, claims=names, again=again)
    return operation.expect([(name, Role.WORKER) for name in nodes])


def _named(nodes: Sequence[str]) -> str:
    return f"the worker on {nodes[0]}" if len(nodes) == 1 else f"{len(nodes)} workers"

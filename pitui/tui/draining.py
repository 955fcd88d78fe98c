"""Decommissioning workers from the UI; a plain stop is offered where the master may not."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pitui.domain.cluster import Role
from pitui.domain.errors import PituiError
from pitui.domain.outcome import Outcome, Report
from pitui.tui.begin import ask, refused
from pitui.tui.doing import pitui
from pitui.tui.messages import Daemon, Verb
from pitui.tui.operation import Operation, Work
from pitui.tui.screens.confirm import Question

if TYPE_CHECKING:
    from pitui.tui.screens.main import MainScreen


class Draining:
    """Takes workers out gently."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen

    def ask(self, nodes: Sequence[str]) -> None:
        """Ask the master whether it may, then the person, then do it."""
        if refused(self._screen, nodes):
            return
        self._screen.hints.say("asking the master whether it can decommission a worker")
        self._screen.run_worker(self._ask(tuple(nodes)), group="drain", exclusive=True)

    async def _ask(self, nodes: Sequence[str]) -> None:
        try:
            refused = await pitui(self._screen).services.inspector.drain_refusal()
        except PituiError as error:
            self._screen.hints.say(str(error))
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
        daemons = [Daemon(name, Role.WORKER) for name in nodes]
        return pitui(self._screen).services.consequences(self._screen.snapshot, daemons)

    def _drain(self, nodes: Sequence[str]) -> Operation:
        services = pitui(self._screen).services

        async def work(report: Report) -> None:
            await services.inspector.drain(nodes, report)
            services.nudge()

        return _operation("Drain", nodes, work, self._drain)

    def _stop(self, nodes: Sequence[str]) -> Operation:
        services = pitui(self._screen).services

        async def work(report: Report) -> None:
            await services.act(Verb.STOP, [Daemon(name, Role.WORKER) for name in nodes], report)
            services.nudge()

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

"""Start, stop, restart and decommission: what is asked before, and what is done."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome
from pitui.tui.backend.requests import Verb
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.dialogs.confirm import Question
from pitui.tui.base.ui_messages import StatusMessage
from pitui.tui.operations.operation import Operation, Work
from pitui.tui.operations.operation_runner import runner_of

if TYPE_CHECKING:
    from textual.widget import Widget


class DaemonActions:
    """Actions on the daemons of nodes, asked for by a widget."""

    def __init__(self, widget: "Widget") -> None:
        self._widget = widget

    def act(self, verb: Verb, targets: Sequence[DaemonTarget]) -> None:
        """Start, stop or restart; asks before the latter two."""
        runner_of(self._widget).submit(self._operation(verb, targets))

    def _operation(self, verb: Verb, targets: Sequence[DaemonTarget]) -> Operation:
        def again(failed: Sequence[Outcome]) -> Operation:
            return self._operation(verb, [DaemonTarget(o.node, Role(o.role)) for o in failed])

        title = f"{verb.capitalize()} {_daemons(targets)}"
        question = None
        if verb is not Verb.START:
            names = [f"{target.role} on {target.node}" for target in targets]
            question = Question(f"{title}?", verb.capitalize(), names, self._impact(targets))
        nodes = frozenset(target.node for target in targets)
        return Operation(
            verb,
            title,
            partial(app_of(self._widget).services.act, verb, targets),
            about=nodes,
            claims=nodes,
            question=question,
            again=again,
        ).expect([(target.node, target.role) for target in targets])

    def _impact(self, targets: Sequence[DaemonTarget]) -> list[str]:
        app = app_of(self._widget)
        return app.services.consequences(app.main.snapshot, targets)

    def _say(self, text: str) -> None:
        self._widget.post_message(StatusMessage(text))

    # -- decommissioning -------------------------------------------------------------------

    def decommission(self, nodes: Sequence[str]) -> None:
        """Ask the master whether it may, then the person, then do it."""
        if runner_of(self._widget).refuses(nodes):
            return
        self._say("asking the master whether it can decommission a worker")
        work = partial(self._decommission, tuple(nodes))
        _worker: Worker[None] = self._widget.run_worker(work, group="decommission", exclusive=True)

    async def _decommission(self, nodes: Sequence[str]) -> None:
        """Offer to decommission; a plain stop where the master may not."""
        try:
            refused = await app_of(self._widget).services.inspection.decommission_refusal()
        except PituiError as error:
            self._say(str(error))
            return
        effects = self._impact(_workers(nodes))
        if refused is None:
            question = Question(
                f"Drain and stop {_worker_words(nodes)}?",
                "Drain and stop",
                nodes,
                [
                    "They get no new work, and stop when their tasks have ended.",
                    *effects,
                ],
            )
        else:
            question = Question(
                f"Cannot drain. Stop {_worker_words(nodes)} now?",
                "Stop",
                nodes,
                [f"{refused.reason}.", refused.advice, *effects],
            )
        operation = self._drain_or_stop(nodes, question, drain=refused is None)
        runner_of(self._widget).submit(operation)

    def _drain_or_stop(self, nodes: Sequence[str], question: Question, *, drain: bool) -> Operation:
        services = app_of(self._widget).services

        def again(failed: Sequence[Outcome]) -> Operation:
            return self._drain_or_stop([o.node for o in failed], question, drain=drain)

        work: Work = (
            partial(services.inspection.drain, nodes)
            if drain
            else partial(services.act, Verb.STOP, _workers(nodes))
        )
        names = frozenset(nodes)
        return Operation(
            "decommission",
            f"{'Drain' if drain else 'Stop'} {_worker_words(nodes)}",
            work,
            about=names,
            claims=names,
            question=question,
            again=again,
        ).expect([(name, Role.WORKER) for name in nodes])


def _workers(nodes: Sequence[str]) -> list[DaemonTarget]:
    return [DaemonTarget(name, Role.WORKER) for name in nodes]


def _worker_words(nodes: Sequence[str]) -> str:
    return f"the worker on {nodes[0]}" if len(nodes) == 1 else f"{len(nodes)} workers"


def _daemons(targets: Sequence[DaemonTarget]) -> str:
    if len(targets) == 1:
        return f"{targets[0].role} on {targets[0].node}"
    roles = {target.role for target in targets}
    return f"{len(targets)} {'workers' if roles == {Role.WORKER} else 'daemons'}"

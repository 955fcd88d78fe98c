"""Opens, applies, shows and retries provisioning runs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.provision.engine.provision_report import NodeReport, NodeResult, StepReport, StepState
from pitui.tui.backend.requests import ProvisionKind, ProvisionRequest
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.dialogs.confirm import Question
from pitui.tui.base.ui_messages import StatusMessage
from pitui.tui.operations.operation import Operation
from pitui.tui.operations.operation_runner import runner_of
from pitui.tui.provision.provision_run import ProvisionRun
from pitui.tui.provision.provision_screen import ProvisionScreen
from pitui.tui.provision.step_text import push_words

if TYPE_CHECKING:
    from textual.screen import Screen

_OUTCOMES = {
    NodeResult.OK: OutcomeState.UNCHANGED,
    NodeResult.CHANGED: OutcomeState.OK,
    NodeResult.WOULD_CHANGE: OutcomeState.OK,
    NodeResult.FAILED: OutcomeState.FAILED,
    NodeResult.UNREACHABLE: OutcomeState.UNREACHABLE,
    NodeResult.CANCELLED: OutcomeState.CANCELLED,
}


class ProvisionActions:
    """Keeps the last provisioning run: the current one, or the report of the previous one."""

    def __init__(self, main: "Screen[None]") -> None:
        self._main = main
        self._last: ProvisionRun | None = None
        self._operation: Operation | None = None

    # -- opening

    def open(self, wanted: ProvisionRequest) -> None:
        """Show the plan for nodes; a removal has no plan and is confirmed instead."""
        if self._last is not None and self._last.running:
            self.show()
            return
        if runner_of(self._main).refuses(wanted.nodes):
            return
        try:
            provision_run = ProvisionRun(wanted, app_of(self._main).services.provisioning)
        except PituiError as error:
            self._say(str(error))
            return
        if wanted.kind is not ProvisionKind.REMOVE:
            self._push(provision_run)
        elif app_of(self._main).main.snapshot.master.node in wanted.nodes:
            name = app_of(self._main).main.snapshot.master.node
            self._say(f"{name} runs the master and cannot be removed")
        else:
            self.apply(provision_run)

    def show(self) -> None:
        """Show the board or the report of the last one again."""
        if self._last is None:
            self._say("no provisioning run yet")
        elif not any(isinstance(s, ProvisionScreen) for s in self._main.app.screen_stack):
            self._push(self._last)

    def _push(self, provision_run: ProvisionRun) -> None:
        self._main.app.push_screen(ProvisionScreen(provision_run, self))

    def _say(self, text: str) -> None:
        self._main.post_message(StatusMessage(text))

    # -- doing

    def apply(self, provision_run: ProvisionRun) -> None:
        """Do what a plan shows; asks first where the plan alone does not say what it means."""
        operation = self._made(provision_run, provision_run.nodes)

        def begun() -> None:
            self._last, self._operation = provision_run, operation
            self.show()

        runner_of(self._main).submit(operation, begun)

    def again(self, provision_run: ProvisionRun) -> None:
        """Do it again on the nodes where it failed; the others keep what they came to."""
        if self._operation is not None and self._last is provision_run:
            runner_of(self._main).repeat(self._operation)

    def cancel(self, provision_run: ProvisionRun) -> None:
        """Finish the steps in hand; the second time ask whether to end in their middle."""
        if not provision_run.stopping:
            provision_run.cancel()
            return
        operation = self._operation

        def end_now() -> None:
            if operation is not None and provision_run.running:
                runner_of(self._main).cancel(operation)

        effect = "The current steps stay half done; the next run continues from there."
        question = Question("Abort now?", "Abort now", provision_run.nodes, [effect])
        runner_of(self._main).confirm(question, end_now)

    def _question(self, provision_run: ProvisionRun) -> Question | None:
        wanted, title = provision_run.wanted, f"{provision_run.title}?"
        if wanted.kind is ProvisionKind.REMOVE:
            effects = [
                *self._effects(wanted.nodes),
                (
                    "Its worker is stopped, and it is removed from the other nodes' hosts "
                    "files, workers lists and firewalls."
                ),
                "Remove it from config.yaml yourself afterwards.",
            ]
            return Question(title, "Remove", wanted.nodes, effects)
        if wanted.rolling:
            effect = "Daemons that run with old settings are restarted, one node at a time."
            return Question(title, "Apply", wanted.nodes, [effect, *self._effects(wanted.nodes)])
        if wanted.kind is ProvisionKind.ROLLBACK:
            effect = "Running daemons keep their current Spark until they are restarted."
            return Question(title, "Roll back", wanted.nodes, [effect])
        return None

    def _effects(self, nodes: Sequence[str]) -> list[str]:
        found = [app_of(self._main).main.snapshot.node(name) for name in nodes]
        workers = [DaemonTarget(n.name, Role.WORKER) for n in found if n and Role.WORKER in n.roles]
        return app_of(self._main).services.consequences(app_of(self._main).main.snapshot, workers)

    def _made(self, provision_run: ProvisionRun, nodes: Sequence[str]) -> Operation:
        async def work(report: OutcomeReport) -> None:
            self._last, self._operation = provision_run, operation
            await provision_run.do(nodes, lambda step: report(_step_outcome(step)))
            if provision_run.error is not None:
                raise provision_run.error
            for end in provision_run.reports:
                if end.node in nodes:
                    report(_node_outcome(end))

        def again(_failed: Sequence[Outcome]) -> Operation:
            return self._made(provision_run, provision_run.failed)

        operation = Operation(
            _action(provision_run.wanted),
            provision_run.named(nodes),
            work,
            about=frozenset(nodes),
            claims=frozenset(nodes),
            question=self._question(provision_run),
            again=again,
            stop=lambda: self.cancel(provision_run),
        )
        return operation.expect([(node, "") for node in nodes])


def _action(wanted: ProvisionRequest) -> str:
    """Return the action, in the table of actions, that a request is carried out as."""
    if wanted.kind is ProvisionKind.REMOVE:
        return "remove"
    if wanted.rolling:
        return "rolling"
    return "rollback" if wanted.kind is ProvisionKind.ROLLBACK else "apply"


def _step_outcome(step: StepReport) -> Outcome:
    state = OutcomeState.WAITING if step.state is StepState.WAITING else OutcomeState.WORKING
    if state is OutcomeState.WAITING:
        return Outcome(step.node, "", state)
    detail = f"{step.step}: {step.detail or step.state}"
    if step.transfer is not None:
        detail += f"  {push_words(step.transfer)}"
    return Outcome(step.node, "", state, detail)


def _node_outcome(end: NodeReport) -> Outcome:
    failed = next((s for s in end.steps if s.state is StepState.FAILED), None)
    seconds = sum(step.seconds for step in end.steps)
    outcome = Outcome(end.node, "", _OUTCOMES[end.state], end.error or "", seconds=seconds)
    if failed is None:
        return outcome
    detail = "\n".join(filter(None, (f"{failed.step}: {failed.detail}", failed.said)))
    return replace(outcome, detail=detail, advice=failed.advice)

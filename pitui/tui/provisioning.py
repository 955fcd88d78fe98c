"""What the UI does about provisioning: plans opened, applied, shown again, done again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pitui.domain.cluster import Role
from pitui.domain.errors import PituiError
from pitui.domain.outcome import Outcome, OutcomeState, Report
from pitui.provision.report import NodeReport, NodeState, StepReport, StepState
from pitui.tui.begin import begin, refused
from pitui.tui.doing import pitui
from pitui.tui.facets.provisioning import Kind, Wanted
from pitui.tui.messages import Daemon
from pitui.tui.operation import Operation
from pitui.tui.present.provision import push_words
from pitui.tui.screens.confirm import ConfirmScreen, Question
from pitui.tui.screens.provision import ProvisionScreen
from pitui.tui.undertaking import Undertaking

if TYPE_CHECKING:
    from pitui.tui.screens.main import MainScreen

_OUTCOMES = {
    NodeState.OK: OutcomeState.UNCHANGED,
    NodeState.CHANGED: OutcomeState.OK,
    NodeState.WOULD_CHANGE: OutcomeState.OK,
    NodeState.FAILED: OutcomeState.FAILED,
    NodeState.UNREACHABLE: OutcomeState.UNREACHABLE,
    NodeState.CANCELLED: OutcomeState.CANCELLED,
}


class Provisioning:
    """Keeps the last undertaking: the one that runs, or the report of the one before."""

    def __init__(self, screen: "MainScreen") -> None:
        self._main = screen
        self._last: Undertaking | None = None
        self._operation: Operation | None = None

    # -- opening

    def open(self, wanted: Wanted) -> None:
        """Show the plan for nodes; of a removal, which has none, ask."""
        if self._last is not None and self._last.running:
            self.show()
            return
        if refused(self._main, wanted.nodes):
            return
        try:
            undertaking = Undertaking(wanted, pitui(self._main).services.provisioner)
        except PituiError as error:
            self._main.hints.say(str(error))
            return
        if wanted.kind is Kind.REMOVE:
            self._ask_removal(undertaking)
        else:
            self._push(undertaking)

    def show(self) -> None:
        """Show the board or the report of the last one again."""
        if self._last is None:
            self._main.hints.say("nothing was provisioned yet")
        elif not any(isinstance(s, ProvisionScreen) for s in self._main.app.screen_stack):
            self._push(self._last)

    def _push(self, undertaking: Undertaking) -> None:
        self._main.app.push_screen(ProvisionScreen(undertaking, self))

    # -- doing

    def apply(self, undertaking: Undertaking) -> str:
        """Do what a plan shows; asks first where daemons are restarted or Spark goes back.

        Returns why that cannot be now; empty where it can.
        """
        if why := self._main.progress.refusal(undertaking.nodes):
            return why
        question = self._question(undertaking)
        if question is None:
            self._begin(undertaking, undertaking.nodes)
        else:
            self._ask(question, undertaking)
        return ""

    def again(self, undertaking: Undertaking) -> str:
        """Do it again on the nodes where it failed; the others keep what they came to.

        Returns why that cannot be now; empty where it can.
        """
        if why := self._main.progress.refusal(undertaking.failed):
            return why
        self._begin(undertaking, undertaking.failed)
        return ""

    def cancel(self, undertaking: Undertaking) -> None:
        """Finish the steps in hand; the second time ask whether to end in their middle."""
        if not undertaking.stopping:
            undertaking.cancel()
            return
        operation = self._operation

        def answered(yes: bool | None) -> None:
            if yes and operation is not None and undertaking.running:
                self._main.progress.end(operation)

        effect = "The steps in hand stay half done; the next run goes on from there."
        question = Question("End now?", "End now", undertaking.nodes, [effect])
        self._main.app.push_screen(ConfirmScreen(question), answered)

    def _ask(self, question: Question, undertaking: Undertaking) -> None:
        def answered(yes: bool | None) -> None:
            if yes and self._begin(undertaking, undertaking.nodes):
                self.show()

        self._main.app.push_screen(ConfirmScreen(question), answered)

    def _ask_removal(self, undertaking: Undertaking) -> None:
        name = undertaking.nodes[0]
        if self._main.snapshot.master.node == name:
            self._main.hints.say(f"{name} runs the master and cannot be taken out")
            return
        effects = [
            *self._effects(undertaking.nodes),
            "Its worker is stopped; it goes out of hosts, workers and firewalls of the others.",
            "Take it out of config.yaml yourself afterwards.",
        ]
        self._ask(Question(f"Remove {name}?", "Remove", [name], effects), undertaking)

    def _question(self, undertaking: Undertaking) -> Question | None:
        wanted = undertaking.wanted
        if wanted.kind is Kind.ROLLBACK and not wanted.rolling:
            effect = "Daemons that run go on with the Spark they have until they are restarted."
            return Question(f"{undertaking.title}?", "Roll back", wanted.nodes, [effect])
        if wanted.rolling:
            effect = "Daemons that run with old settings are restarted, one node after the other."
            effects = [effect, *self._effects(wanted.nodes)]
            return Question(f"{undertaking.title}?", "Apply", wanted.nodes, effects)
        return None

    def _effects(self, nodes: Sequence[str]) -> list[str]:
        found = [self._main.snapshot.node(name) for name in nodes]
        workers = [Daemon(n.name, Role.WORKER) for n in found if n and Role.WORKER in n.roles]
        return pitui(self._main).services.consequences(self._main.snapshot, workers)

    def _begin(self, undertaking: Undertaking, nodes: Sequence[str]) -> bool:
        before = self._operation if self._last is undertaking else None
        operation = self._made(undertaking, nodes)
        if not begin(self._main, operation):
            return False
        if before is not None:
            self._main.progress.drop(before)
        self._last, self._operation = undertaking, operation
        return True

    def _made(self, undertaking: Undertaking, nodes: Sequence[str]) -> Operation:
        services = pitui(self._main).services

        async def work(report: Report) -> None:
            self._last, self._operation = undertaking, operation
            await undertaking.do(nodes, lambda step: report(_outcome(step)))
            if undertaking.error is not None:
                raise undertaking.error
            for end in undertaking.reports:
                if end.node in nodes:
                    report(_ended(end))
            services.nudge()

        def again(_failed: Sequence[Outcome]) -> Operation:
            return self._made(undertaking, undertaking.failed)

        operation = Operation(
            undertaking.named(nodes),
            work,
            about=frozenset(nodes),
            claims=frozenset(nodes),
            again=again,
            stop=lambda: self.cancel(undertaking),
        )
        return operation.expect([(node, "") for node in nodes])


def _outcome(step: StepReport) -> Outcome:
    state = OutcomeState.WAITING if step.state is StepState.WAITING else OutcomeState.WORKING
    if state is OutcomeState.WAITING:
        return Outcome(step.node, "", state)
    detail = f"{step.step}: {step.detail or step.state}"
    if step.transfer is not None:
        detail += f"  {push_words(step.transfer)}"
    return Outcome(step.node, "", state, detail)


def _ended(end: NodeReport) -> Outcome:
    failed = next((s for s in end.steps if s.state is StepState.FAILED), None)
    seconds = sum(step.seconds for step in end.steps)
    outcome = Outcome(end.node, "", _OUTCOMES[end.state], end.error or "", seconds=seconds)
    if failed is None:
        return outcome
    detail = "\n".join(filter(None, (f"{failed.step}: {failed.detail}", failed.said)))
    return replace(outcome, detail=detail, advice=failed.advice)

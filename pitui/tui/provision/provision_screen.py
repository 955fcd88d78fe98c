"""Provisioning on the screen: the plan, then the live board, then the report."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from pitui.tui.backend.requests import ProvisionKind
from pitui.tui.base.actions.action_screen import ActionScreen
from pitui.tui.base.actions.action_table import Action, Scope, action, bindings
from pitui.tui.base.actions.cursor_moves import RowMoves
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import StatusMessage
from pitui.tui.provision.heading import head
from pitui.tui.provision.plan_or_board import PlanOrBoard
from pitui.tui.provision.provision_run import Phase, ProvisionRun
from pitui.tui.widgets.row_detail import RowDetail

if TYPE_CHECKING:
    from pitui.tui.provision.provision_actions import ProvisionActions


_WIDE = 150
"""Columns of the terminal from which the tree and what is read stand side by side."""

_EVERY = 0.25
"""Seconds between two looks at what is new."""

_DONE = (Phase.WORKING, Phase.ENDED)


class ProvisionScreen(ActionScreen):
    """Two lines on the whole of one provisioning run, its view, and the actions on it.

    Closing the screen does not stop a run.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Scope.PROVISIONING),
        *bindings(Scope.ANYWHERE),
    ]
    HERE = (*ActionScreen.HERE, "zoom", "next_pane", "previous_pane")
    HINTED = (*ActionScreen.HINTED, "zoom")
    HELPERS = ("view", "moves")

    def __init__(self, provision_run: ProvisionRun, actions: "ProvisionActions") -> None:
        super().__init__()
        self.provision_run = provision_run
        self._actions = actions
        self._head = RowDetail()
        self.view = PlanOrBoard(provision_run, board=provision_run.phase in _DONE)
        self.moves = RowMoves(lambda: self.view.moved)
        self._phase = provision_run.phase
        self._drawn = (-1, -1)
        """Of what was drawn last: how often the run had changed, and the second."""

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield self._head
        yield self.view
        yield self.footer

    def on_mount(self) -> None:
        """Start planning if there is no plan yet, and follow what happens."""
        self.view.show_parts()
        self.draw()
        self.set_interval(_EVERY, self._follow)
        provision_run = self.provision_run
        if (
            provision_run.phase is Phase.PLANNED
            and not provision_run.ends
            and not provision_run.error
        ):
            self._look()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout."""
        self.set_class(event.size.width >= _WIDE, "-wide")
        self.call_after_refresh(self.draw)

    def _follow(self) -> None:
        """Draw what is new; clocks once a second while something is done."""
        phase = self.provision_run.phase
        if phase in _DONE and self._phase not in _DONE:
            self.view.show_board()
        self._phase = phase
        live = phase in (Phase.LOOKING, Phase.WORKING)
        moment = (self.provision_run.changed, int(monotonic()) if live else 0)
        if moment != self._drawn:
            self._drawn = moment
            self.draw()

    def draw(self) -> None:
        """Draw everything that differs."""
        if not self.is_mounted:
            return
        read_only = app_of(self).read_only
        self._head.show(head(self.provision_run, monotonic(), time.time(), read_only=read_only))
        self.view.draw()

    def scope(self) -> Scope:
        """Return `Scope.PROVISIONING`."""
        return Scope.PROVISIONING

    def handler(self, row: Action) -> "ProvisionScreen":  # noqa: ARG002
        """Return this screen, which carries out all of them."""
        return self

    @work(group="looking", exclusive=True)
    async def _look(self) -> None:
        await self.provision_run.look()
        self.draw()

    def is_enabled(self, action_id: str) -> bool:
        """Return whether an action makes sense in this phase."""
        provision_run = self.provision_run
        phase = provision_run.phase
        planned = phase is Phase.PLANNED and provision_run.error is None
        choosing = planned and provision_run.wanted.kind is ProvisionKind.PROVISION
        one_by_one = planned and provision_run.wanted.kind is not ProvisionKind.REMOVE
        return {
            "apply": planned and provision_run.would_change,
            "again": bool(provision_run.failed),
            "cancel": phase in (Phase.LOOKING, Phase.WORKING),
            "choose_steps": choosing,
            "one_by_one": one_by_one,
            "refresh": phase is Phase.PLANNED,
            "save_report": bool(provision_run.ends) and not provision_run.running,
            "everything": not self.view.as_board,
        }.get(action_id, True)

    def do_apply(self) -> None:
        """Apply the plan."""
        if self.is_enabled("apply"):
            self._actions.apply(self.provision_run)
        else:
            self.footer.say(_not_applied(self.provision_run))

    def do_again(self) -> None:
        """Run it again on the nodes where it failed."""
        if self.is_enabled("again"):
            self._actions.again(self.provision_run)
        else:
            self.footer.say("nothing failed")

    def do_cancel(self) -> None:
        """Stop planning, or finish the current steps of a run."""
        if self.provision_run.phase is Phase.LOOKING:
            self.dismiss(None)
        elif self.provision_run.running:
            self._actions.cancel(self.provision_run)
            self.draw()
        else:
            self.footer.say("nothing is running")

    def do_choose_steps(self) -> None:
        """Choose which steps to run, and plan again."""
        from pitui.tui.provision.choose_steps import ChooseStepsScreen

        provision_run = self.provision_run
        wanted = provision_run.wanted
        if not self.is_enabled("choose_steps"):
            self.footer.say("choose steps when the plan is complete and not yet applied")
            return

        def chosen(only: tuple[str, ...] | None) -> None:
            if only is not None and only != wanted.only:
                provision_run.aim(replace(provision_run.wanted, only=only))
                self._look()

        every = provision_run.services.steps(replace(wanted, only=(), rolling=False))
        self.app.push_screen(ChooseStepsScreen(every, wanted.only), chosen)

    def do_one_by_one(self) -> None:
        """Switch between one node at a time and all at once, and plan again."""
        if not self.is_enabled("one_by_one"):
            self.footer.say("choose this when the plan is complete and not yet applied")
            return
        wanted = self.provision_run.wanted
        self.provision_run.aim(replace(wanted, rolling=not wanted.rolling))
        self._look()

    def do_refresh(self) -> None:
        """Plan again."""
        if self.is_enabled("refresh"):
            self._look()

    def do_save_report(self) -> None:
        """Save the plan or report to a file."""
        from pitui.tui.provision.save_report import SaveReportScreen, default_name

        if not self.is_enabled("save_report"):
            self.footer.say("nothing to save yet")
            return

        def saved(path: Path | None) -> None:
            if path is not None:
                self.footer.say(f"saved to {path}")

        now = datetime.fromtimestamp(time.time(), UTC).astimezone()
        name = default_name(app_of(self).config.cluster.name, now)
        self.app.push_screen(SaveReportScreen(self.provision_run.reports, name), saved)

    def do_read_only(self) -> None:
        """Switch read-only mode."""
        super().do_read_only()
        self.draw()

    def do_back(self) -> None:
        """Unzoom, or close."""
        if self.view.zoomed:
            self.view.do_zoom()
            return
        self.dismiss(None)
        app = app_of(self)
        if self.provision_run.running:
            key = app.keys.first(action("report"))
            app.main.post_message(StatusMessage(f"provisioning continues; {key} shows it again"))


def _not_applied(provision_run: ProvisionRun) -> str:
    if provision_run.error is not None:
        return "the run was refused; there is nothing to apply"
    if provision_run.phase is Phase.LOOKING:
        return "the plan is not complete yet"
    if provision_run.phase is Phase.PLANNED:
        if all(end.state.good for end in provision_run.reports):
            return "nothing to do: every node is already as configured"
        return "nothing can be applied; the reasons are above"
    return "already applied"

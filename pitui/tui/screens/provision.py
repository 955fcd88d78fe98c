"""Provisioning on the screen: the plan, then the live board, then the report."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from pitui.tui.actions import action
from pitui.tui.doing import pitui
from pitui.tui.facets.provisioning import Kind
from pitui.tui.screens.provision_view import ProvisionView
from pitui.tui.undertaking import Phase, Undertaking

if TYPE_CHECKING:
    from pitui.tui.provisioning import Provisioning


class ProvisionScreen(ProvisionView):
    """What can be done with one undertaking; closing it ends nothing that changes something."""

    def __init__(self, undertaking: Undertaking, deeds: "Provisioning") -> None:
        super().__init__(undertaking)
        self._deeds = deeds

    def on_mount(self) -> None:
        """Look at the nodes where that was not done yet."""
        undertaking = self.undertaking
        if undertaking.phase is Phase.PLANNED and not undertaking.ends and not undertaking.error:
            self._look()

    @work(group="looking", exclusive=True)
    async def _look(self) -> None:
        await self.undertaking.look()
        self.draw()

    def offers(self, action_id: str) -> bool:
        """Offer what makes sense at this phase."""
        undertaking = self.undertaking
        phase = undertaking.phase
        planned = phase is Phase.PLANNED and undertaking.error is None
        choosing = planned and undertaking.wanted.kind is Kind.PROVISION
        one_by_one = planned and undertaking.wanted.kind is not Kind.REMOVE
        return {
            "apply": planned and undertaking.would_change,
            "again": bool(undertaking.failed),
            "cancel": phase in (Phase.LOOKING, Phase.WORKING),
            "choose_steps": choosing,
            "one_by_one": one_by_one,
            "refresh": phase is Phase.PLANNED,
            "save_report": bool(undertaking.ends) and not undertaking.running,
            "everything": not self._as_board,
        }.get(action_id, True)

    def do_apply(self) -> None:
        """Apply the plan."""
        if self.offers("apply"):
            self._did(self._deeds.apply(self.undertaking))
        else:
            self.hints.say(_not_applied(self.undertaking))

    def do_again(self) -> None:
        """Do it again where it failed."""
        if self.offers("again"):
            self._did(self._deeds.again(self.undertaking))
        else:
            self.hints.say("nothing failed")

    def _did(self, complaint: str) -> None:
        if complaint:
            self.hints.say(complaint)

    def do_cancel(self) -> None:
        """Stop looking, or finish the steps in hand."""
        if self.undertaking.phase is Phase.LOOKING:
            self.dismiss(None)
        elif self.undertaking.running:
            self._deeds.cancel(self.undertaking)
            self.draw()
        else:
            self.hints.say("nothing runs")

    def do_choose_steps(self) -> None:
        """Choose only some steps, and look again."""
        from pitui.tui.screens.choose_steps import ChooseStepsScreen

        undertaking = self.undertaking
        wanted = undertaking.wanted
        if not self.offers("choose_steps"):
            self.hints.say("steps are chosen at a complete plan, before it is applied")
            return

        def chosen(only: tuple[str, ...] | None) -> None:
            if only is not None and only != wanted.only:
                undertaking.aim(replace(undertaking.wanted, only=only))
                self._look()

        every = undertaking.services.steps(replace(wanted, only=(), rolling=False))
        self.app.push_screen(ChooseStepsScreen(every, wanted.only), chosen)

    def do_one_by_one(self) -> None:
        """Go node by node, or side by side again."""
        if not self.offers("one_by_one"):
            self.hints.say("that is chosen at a complete plan, before it is applied")
            return
        wanted = self.undertaking.wanted
        self.undertaking.aim(replace(wanted, rolling=not wanted.rolling))
        self._look()

    def do_refresh(self) -> None:
        """Look again."""
        if self.offers("refresh"):
            self._look()

    def do_save_report(self) -> None:
        """Save the plan or report to a file."""
        from pitui.tui.screens.save_report import SaveReportScreen, default_name

        if not self.offers("save_report"):
            self.hints.say("there is nothing to save yet")
            return

        def saved(path: Path | None) -> None:
            if path is not None:
                self.hints.say(f"saved to {path}")

        now = datetime.fromtimestamp(time.time(), UTC).astimezone()
        name = default_name(pitui(self).config.cluster.name, now)
        self.app.push_screen(SaveReportScreen(self.undertaking.reports, name), saved)

    def do_read_only(self) -> None:
        """Switch read-only mode."""
        super().do_read_only()
        self.draw()

    def do_back(self) -> None:
        """Unzoom, or close."""
        if self.zoomed:
            self.do_zoom()
            return
        self.dismiss(None)
        app = pitui(self)
        if self.undertaking.running:
            app.main.hints.say(f"it goes on; {app.keys.first(action('report'))} shows it again")


def _not_applied(undertaking: Undertaking) -> str:
    if undertaking.error is not None:
        return "it is refused; there is nothing to apply"
    if undertaking.phase is Phase.LOOKING:
        return "the plan is not complete yet"
    if undertaking.phase is Phase.PLANNED:
        if all(end.state.good for end in undertaking.reports):
            return "nothing to do: all holds already"
        return "nothing that could be done; see why above"
    return "it was applied already"

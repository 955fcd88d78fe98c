"""One level inside an application: Enter goes further down, Esc comes back to where one was.

Each level is a screen of its own above the one it was entered from, which stays as it was.
"""

from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, ScreenResume, ScreenSuspend

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.errors import PituiError
from pitui.domain.text.printable import one_line
from pitui.tui.apps.bottleneck_panel import BoundPanel
from pitui.tui.apps.level_pane import LevelPane
from pitui.tui.apps.levels.heading import crumbs, heading, pane_title
from pitui.tui.apps.levels.jobs import JOBS
from pitui.tui.apps.levels.level import DetailLevel
from pitui.tui.apps.levels.queries import QUERIES
from pitui.tui.apps.levels.stages import STAGES
from pitui.tui.apps.levels.tasks import TASKS
from pitui.tui.base.actions.action_screen import ActionScreen
from pitui.tui.base.actions.action_table import Action, Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.pane import Pane
from pitui.tui.base.ui_messages import LogsRequested, ShowLogAt, StatusMessage
from pitui.tui.widgets.row_detail import RowDetail


class LevelScreen(ActionScreen):
    """Tables of jobs and queries of an application, of stages of a job, or of tasks of a stage."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.ANYWHERE))
    AUTO_FOCUS = "LevelPane RowTable"
    HERE = (*ActionScreen.HERE, "next_pane", "previous_pane")

    def __init__(self, location: AppLocation) -> None:
        super().__init__()
        self.location = location
        self.result: DetailResult | None = None
        self.levels = [LevelPane(level, location) for level in _levels(location)]
        self.shown = self.levels[0]
        self.heading = RowDetail()
        self.heading.add_class("heading")
        self.bound = BoundPanel()

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield self.heading
        for pane in self.levels:
            pane.display = pane is self.shown
            yield pane
        yield self.bound
        yield self.footer

    def on_mount(self) -> None:
        """Show the breadcrumbs before the first answer arrives."""
        self.entitle()

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """Poll while this screen is on top."""
        self._look()
        if self.location == AppLocation(self.location.app_id):
            self._explain()

    def on_screen_suspend(self, _event: ScreenSuspend) -> None:
        """Stop polling while another screen is on top."""
        self.workers.cancel_group(self, "look")
        self.workers.cancel_group(self, "explain")

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        async with aclosing(app_of(self).services.jobs.inside(self.location)) as looks:
            async for result in looks:
                self._show(result)

    @work(group="explain", exclusive=True)
    async def _explain(self) -> None:
        jobs = app_of(self).services.jobs
        try:
            async with aclosing(jobs.explanations(self.location.app_id)) as explanations:
                async for explanation in explanations:
                    self.bound.show(explanation)
        except PituiError as error:
            self.bound.say(one_line(error.message))

    def _show(self, result: DetailResult) -> None:
        if result.inside is None and self.result is not None and self.result.inside is not None:
            # What is known stays.
            result = replace(self.result, error=result.error, advice=result.advice, age=result.age)
        self.result = result
        for pane in self.levels:
            pane.show(result)
        self.entitle()
        self.refresh_footer()

    @on(StatusMessage)
    def entitle(self) -> None:
        """Show the location in the heading, and the current sort order in the panes' titles."""
        app = app_of(self).main.snapshot.application(self.location.app_id)
        self.heading.show(heading(self.location, app, self.result))
        tables = _tables(self.levels, self.shown, self.result)
        title = f"{crumbs(self.location, app)} › {pane_title(tables)}"
        for pane in self.levels:
            pane.border_title = Text(title)
            pane.border_subtitle = pane.sorting.words(pane.orders())

    # -- what can be done ------------------------------------------------------------------

    def scope(self) -> Scope:
        """Return `Scope.DRILL`: drill-down and table keys apply here."""
        return Scope.DRILL

    def handler(self, row: Action) -> LevelPane:  # noqa: ARG002
        """Return the visible table, which handles the actions."""
        return self.shown

    @on(DescendantFocus)
    def follow_focus(self) -> None:
        """Refresh the footer for the newly focused table."""
        self.refresh_footer()

    @on(LogsRequested)
    def follow_logs(self, message: LogsRequested) -> None:
        """Show logs on the main screen; Esc there returns to this screen."""
        app_of(self).main.follow_logs(message)

    @on(ShowLogAt)
    def show_log_at(self, message: ShowLogAt) -> None:
        """Show a log at a line on the main screen; Esc there returns to this screen."""
        app_of(self).main.show_log_at(message)

    @on(Pane.Retitled)
    def keep_title(self, message: Pane.Retitled) -> None:
        """Ignore the panes' own titles: this screen sets them."""
        message.stop()

    def kill(self, location: AppLocation) -> None:
        """Ask to kill a job or a stage, and do it on yes."""

        def say(text: str) -> None:
            if self.is_attached:
                self.footer.say(text)

        def killed() -> None:
            if self.is_attached:
                self._look()

        from pitui.tui.operations.job_actions import JobActions

        JobActions(self).kill_part(location, say, killed)

    # -- going about -----------------------------------------------------------------------

    def do_next_pane(self) -> None:
        """Switch between the tables of jobs and SQL queries."""
        index = (self.levels.index(self.shown) + 1) % len(self.levels)
        self.shown = self.levels[index]
        for pane in self.levels:
            pane.display = pane is self.shown
        self.shown.focus()
        self.entitle()
        self.refresh_footer()

    def do_previous_pane(self) -> None:
        """Switch between the tables of jobs and SQL queries."""
        self.do_next_pane()

    def do_refresh(self) -> None:
        """Poll again now."""
        self._look()
        self.footer.say("reloading")

    def do_back(self) -> None:
        """Clear the filter or the marks if there are any, else close this screen."""
        if not self.shown.step_back():
            self.dismiss(None)


def _levels(location: AppLocation) -> list[DetailLevel[Any]]:
    if location.stage is not None:
        return [TASKS]
    if location.job is not None:
        return [STAGES]
    return [JOBS] if location.query is not None else [JOBS, QUERIES]


def _tables(
    levels: list[LevelPane], shown: LevelPane, result: DetailResult | None
) -> list[tuple[str, int | None, bool]]:
    """Return each table's title, how many rows it has (None: not known), and if it is shown."""
    known = result if result is not None and result.inside else None
    return [
        (p.level.title, len(p.level.items(known)) if known else None, p is shown) for p in levels
    ]

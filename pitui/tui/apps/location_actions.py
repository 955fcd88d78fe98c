"""Actions on a location inside an application: explain its failure, open its Spark web page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

from pitui.domain.errors import PituiError
from pitui.domain.text.printable import one_line
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import ShowLogAt, StatusMessage

if TYPE_CHECKING:
    from pitui.domain.apps.app_detail import AppLocation
    from pitui.services.apps.failure_analysis import FailureCause


class LocationActions:
    """What panes hold whose rows are locations inside applications."""

    def __init__(self, pane: Widget, location: "Callable[[], AppLocation | None]") -> None:
        """`location` returns that of the row under the cursor; None where there is none."""
        self._pane = pane
        self._location = location

    def do_failure(self) -> None:
        """Find the log line that explains the failure under the cursor, and show it in Logs."""
        location = self._location()
        if location is None:
            self._say("nothing under the cursor has failed")
        else:
            self._say(f"looking for what failed in {location}")
            self._pane.run_worker(self._explain(location), group="failure", exclusive=True)

    def _say(self, text: str) -> None:
        self._pane.post_message(StatusMessage(text))

    async def _explain(self, location: "AppLocation") -> None:
        app = app_of(self._pane)
        try:
            cause = await app.services.jobs.cause(location)
        except PituiError as error:
            self._say(str(error))
            return
        if not cause.words:
            self._tell(cause, "Spark reports no failed task, so there is no log to show")
            return
        try:
            await app.services.logs.sources(app.main.snapshot, cause.words)
        except PituiError as error:
            # The log is gone; what Spark itself kept of the failure is not.
            self._tell(cause, str(error))
            return
        self._pane.post_message(ShowLogAt(cause.words, cause.find, cause.at))

    def _tell(self, cause: "FailureCause", why_no_log: str) -> None:
        if not cause.text:
            self._say(why_no_log)
            return
        from pitui.tui.base.dialogs.details_screen import DetailsScreen

        facts = [("Failed", str(cause.location)), ("Log", why_no_log), ("Error", cause.text)]
        self._pane.app.push_screen(DetailsScreen(lambda: facts))

    def do_page(self) -> None:
        """Copy the address of the web page, with a way to it."""
        self._pane.run_worker(self._open(self._location()), group="page", exclusive=True)

    async def _open(self, location: "AppLocation | None") -> None:
        try:
            page = await app_of(self._pane).services.jobs.page(location)
        except PituiError as error:
            self._say(str(error))
            return
        self._pane.app.copy_to_clipboard(page.address)
        way = f", an SSH tunnel to {one_line(page.own)}" if page.forwarded else ""
        self._pane.notify(
            f"{one_line(page.address)}{way}", title="Copied", markup=False, timeout=12
        )

"""Actions on a location inside an application: explain its failure, open its Spark web page."""

from typing import TYPE_CHECKING

from textual import work
from textual.widget import Widget

from pitui.domain.errors import PituiError
from pitui.domain.text.printable import one_line
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import ShowLogAt, StatusMessage

if TYPE_CHECKING:
    from pitui.domain.apps.app_detail import AppLocation
    from pitui.services.apps.failure_analysis import FailureCause


class DrillDown(Widget):
    """Mixin for panes whose rows are locations inside applications."""

    def location(self) -> "AppLocation | None":
        """Return the location of the row under the cursor, or None. Panes override it."""
        raise NotImplementedError

    def do_failure(self) -> None:
        """Find the log line that explains the failure under the cursor, and show it in Logs."""
        location = self.location()
        if location is None:
            self.post_message(StatusMessage("nothing under the cursor has failed"))
        else:
            self.post_message(StatusMessage(f"looking for what failed in {location}"))
            self._explain(location)

    @work(group="failure", exclusive=True)
    async def _explain(self, location: "AppLocation") -> None:
        app = app_of(self)
        try:
            cause = await app.services.jobs.cause(location)
        except PituiError as error:
            self.post_message(StatusMessage(str(error)))
            return
        if not cause.words:
            self._tell(cause, "Spark reports no failed task, so there is no log to show")
            return
        try:
            await app.services.sources(app.main.snapshot, cause.words)
        except PituiError as error:
            # The log is gone; what Spark itself kept of the failure is not.
            self._tell(cause, str(error))
            return
        self.post_message(ShowLogAt(cause.words, cause.find, cause.at))

    def _tell(self, cause: "FailureCause", why_no_log: str) -> None:
        if not cause.text:
            self.post_message(StatusMessage(why_no_log))
            return
        from pitui.tui.base.dialogs.details_screen import DetailsScreen

        facts = [("Failed", str(cause.location)), ("Log", why_no_log), ("Error", cause.text)]
        self.app.push_screen(DetailsScreen(lambda: facts))

    def do_page(self) -> None:
        """Copy the address of the web page, with a way to it."""
        self._open(self.location())

    @work(group="page", exclusive=True)
    async def _open(self, location: "AppLocation | None") -> None:
        try:
            page = await app_of(self).services.jobs.page(location)
        except PituiError as error:
            self.post_message(StatusMessage(str(error)))
            return
        self.app.copy_to_clipboard(page.address)
        way = f", an SSH tunnel to {one_line(page.own)}" if page.forwarded else ""
        self.notify(f"{one_line(page.address)}{way}", title="Copied", markup=False, timeout=12)

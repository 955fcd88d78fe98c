"""What can be done with a place inside an application: explain its failure, open its web page."""

from typing import TYPE_CHECKING

from textual import work
from textual.widget import Widget

from pitui.domain.errors import PituiError
from pitui.domain.text import one_line
from pitui.tui.doing import pitui
from pitui.tui.messages import Said, ShowLogAt

if TYPE_CHECKING:
    from pitui.domain.inside import Spot
    from pitui.services.causes import Cause


class Digging(Widget):
    """Goes to logs and web pages of a spot."""

    def spot(self) -> "Spot | None":
        """Return the place under the cursor; panes say which."""
        raise NotImplementedError

    def do_failure(self) -> None:
        """Go to the log line that explains a failure."""
        spot = self.spot()
        if spot is None:
            self.post_message(Said("nothing under the cursor that could have failed"))
        else:
            self.post_message(Said(f"looking for what failed in {spot}"))
            self._explain(spot)

    @work(group="failure", exclusive=True)
    async def _explain(self, spot: "Spot") -> None:
        app = pitui(self)
        try:
            cause = await app.services.jobs.cause(spot)
        except PituiError as error:
            self.post_message(Said(str(error)))
            return
        if not cause.words:
            self._tell(cause, "Spark names no task that failed, and so no log")
            return
        try:
            await app.services.sources(app.main.snapshot, cause.words)
        except PituiError as error:
            # The log is gone; what Spark itself kept of the failure is not.
            self._tell(cause, str(error))
            return
        self.post_message(ShowLogAt(cause.words, cause.find, cause.at))

    def _tell(self, cause: "Cause", why_no_log: str) -> None:
        if not cause.text:
            self.post_message(Said(why_no_log))
            return
        from pitui.tui.screens.details import DetailsScreen

        facts = [("Failed", str(cause.spot)), ("Log", why_no_log), ("Error", cause.text)]
        self.app.push_screen(DetailsScreen(lambda: facts))

    def do_page(self) -> None:
        """Copy the address of the web page, with a way to it."""
        self._open(self.spot())

    @work(group="page", exclusive=True)
    async def _open(self, spot: "Spot | None") -> None:
        try:
            page = await pitui(self).services.jobs.page(spot)
        except PituiError as error:
            self.post_message(Said(str(error)))
            return
        self.app.copy_to_clipboard(page.address)
        way = f", which leads through SSH to {one_line(page.own)}" if page.forwarded else ""
        self.notify(f"{one_line(page.address)}{way}", title="Copied", markup=False, timeout=12)

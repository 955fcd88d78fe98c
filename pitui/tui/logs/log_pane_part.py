"""What the parts of the Logs pane share."""

from collections.abc import Sequence

from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import LogSource
from pitui.tui.base.messages import StatusMessage
from pitui.tui.base.pane import Pane
from pitui.tui.logs.view.log_histogram import LogHistogram
from pitui.tui.logs.view.log_view import LogView
from pitui.tui.logs.view_settings import LogViewSettings
from pitui.tui.widgets.filter_bar import FilterBar


class LogPart(Pane):
    """Base of the parts: the pane's widgets, and the state they share."""

    def __init__(self) -> None:
        super().__init__(id="logs", classes="pane")
        self.search_bar = FilterBar("/")
        self.filter_bar = FilterBar("filter ")
        self.histogram = LogHistogram()
        self.view = LogView(1)
        self.sources: Sequence[LogSource] = ()
        self.chosen = LogFilter()
        self.settings = LogViewSettings()

    def say(self, text: str) -> None:
        """Show a status message in the footer."""
        self.post_message(StatusMessage(text))

    @property
    def here(self) -> int:
        """The number of the line that keys act on."""
        return self.view.here()

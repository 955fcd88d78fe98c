"""Where a report is saved."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.text import Text
from textual import work
from textual.widget import Widget
from textual.widgets import Input, Static

from pitui.domain.errors import UsageError
from pitui.provision.engine.provision_report import NodeReport
from pitui.services.provisioning.report_file import save
from pitui.tui.base.dialogs.dialog import Dialog


def default_name(cluster: str, now: datetime) -> str:
    """Return a name that says of which cluster and when: `provision-shelf-20270115-0800.txt`."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in cluster)
    return f"~/provision-{safe}-{now:%Y%m%d-%H%M%S}.txt"


class SaveReportScreen(Dialog[Path]):
    """Asks for a path, writes the report there, and answers with the path."""

    TITLE_TEXT = "Save the report"
    KEYS_TEXT = "Enter save  Esc cancel"

    def __init__(self, reports: Sequence[NodeReport], name: str) -> None:
        super().__init__()
        self._reports = reports
        self._proposed = name
        self._saving = False

    def content(self) -> list[Widget]:
        """Return the field and what its ending means."""
        about = (
            "A name ending in .json saves what `pitui provision --json` prints; any other "
            "name saves the report as text, with every diff."
        )
        return [
            Static(Text(about)),
            Input(self._proposed, compact=True, id="path", select_on_focus=False),
            Static("", id="complaint", markup=False),
        ]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Write it, or say why it cannot be written there."""
        if not self._saving:
            self._saving = True
            self._save(Path(event.value.strip() or self._proposed))

    @work(group="save")
    async def _save(self, wanted: Path) -> None:
        try:
            path = await asyncio.to_thread(save, wanted, self._reports)
        except UsageError as error:
            self.query_one("#complaint", Static).update(Text(str(error)))
            return
        finally:
            self._saving = False
        self.dismiss(path)

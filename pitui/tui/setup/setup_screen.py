"""A first configuration on one screen: the machines there are, tried at once, and who is what."""

import asyncio
import os
import platform
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from pitui.config.load import FILE_NAME
from pitui.config.new_config import write_new
from pitui.config.paths import config_folder
from pitui.domain.errors import PituiError, UsageError
from pitui.remote.prompts import NonInteractive, Prompter
from pitui.services.nodes.discovery import find_proposals, look_at
from pitui.tui.base.dismiss_once import dismiss_once
from pitui.tui.main.connection_prompts import UiAsker
from pitui.tui.setup.candidate_lines import candidate_detail, candidate_line
from pitui.tui.setup.first_setup import Candidate, FirstSetup
from pitui.tui.text.styles import to_text
from pitui.tui.widgets.labelled_field import labelled_field
from pitui.tui.widgets.row_detail import RowDetail

CHECKS_AT_ONCE = 8
"""Machines that are tried at a time."""
TRIED = 40
"""Machines that are tried without being asked for; what others there are waits for `r`."""
_KEYS = "Space include  m master  r retry  Tab fields  Ctrl+S write and open  Esc back"


class SetupScreen(Screen[Path]):
    """Answers with the path of the written configuration; None means "go back"."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "write", show=False, priority=True),
        Binding("escape", "back", show=False),
        Binding("space", "take", show=False),
        Binding("m", "master", show=False),
        Binding("r", "retry", show=False),
        Binding("j", "move('cursor_down')", show=False),
        Binding("k", "move('cursor_up')", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        homes = [os.environ.get("SPARK_HOME", ""), "/opt/spark"]
        spark_homes = [Path(home) for home in homes if home]
        self.setup = FirstSetup(find_proposals(Path.home(), spark_homes=spark_homes))
        self._room = asyncio.Semaphore(CHECKS_AT_ONCE)
        self._prompter: Prompter = NonInteractive()

    def compose(self) -> ComposeResult:
        """Lay out fields, list, and what is said of the line under the cursor."""
        yield Static(Text("Set up a cluster", "bold"), classes="title")
        yield Horizontal(
            Static("Name", classes="label"),
            Input(self.setup.cluster, id="cluster", compact=True),
            Static("User", classes="label"),
            Input("", id="user", placeholder="as ~/.ssh/config says", compact=True),
            classes="field",
        )
        yield OptionList(*(self._option(one) for one in self.setup.candidates), compact=True)
        yield RowDetail()
        how = "NAME=HOST, or just HOST; user@host:port. Enter adds"
        yield labelled_field("Add", "add", placeholder=how)
        yield labelled_field("File", "file", str(config_folder() / FILE_NAME))
        yield Static("", id="complaint", markup=False)
        yield Static(Text(_KEYS), classes="keys")

    def on_mount(self) -> None:
        """Try every machine."""
        self._prompter = UiAsker(self.app)
        for one in self.setup.candidates[:TRIED]:
            self._try(one.name, NonInteractive())
        self._show()

    # -- trying ----------------------------------------------------------------------------

    @work(group="tries")
    async def _try(self, name: str, prompter: Prompter) -> None:
        """Log in and look; without somebody who answers, what has to be asked stays open."""
        one, user = self.setup.candidate(name), self.setup.user or None
        one.trying = True
        self._show()
        try:
            async with self._room:
                look = await look_at(name, one.proposal.address, user, prompter)
        except PituiError as error:
            self.setup.failed(name, error)
        else:
            self.setup.found(name, look)
        self._show()

    def action_retry(self) -> None:
        """Try the machine under the cursor again, and ask what it takes."""
        if (one := self._current()) is not None and not one.trying:
            self._try(one.name, self._prompter)

    @on(Input.Submitted, "#user")
    def try_as_user(self, event: Input.Submitted) -> None:
        """Try those again that were not reached, as another user."""
        self.setup.user = event.value.strip()
        for one in self.setup.candidates[:TRIED]:
            if one.look is None and not one.trying:
                self._try(one.name, NonInteractive())
        self.query_one(OptionList).focus()

    # -- choosing --------------------------------------------------------------------------

    def _current(self) -> Candidate | None:
        at = self.query_one(OptionList).highlighted
        return None if at is None else self.setup.candidates[at]

    @on(OptionList.OptionSelected)
    def action_take(self) -> None:
        """Take the machine under the cursor or leave it out; ask what is open about it."""
        one = self._current()
        if one is None:
            return
        try:
            self.setup.toggle(one.name)
        except UsageError as error:
            self._complain(error)
            return
        if one.taken and one.look is None and not one.trying:
            self._try(one.name, self._prompter)
        self._show()

    def action_master(self) -> None:
        """Let the machine under the cursor run the master."""
        if (one := self._current()) is not None:
            self.setup.make_master(one.name)
            self._show()

    @on(Input.Submitted, "#add")
    def add(self, event: Input.Submitted) -> None:
        """Add a machine and try it."""
        try:
            one = self.setup.add(event.value.strip(), platform.node())
        except UsageError as error:
            self._complain(error)
            return
        event.input.value = ""
        options = self.query_one(OptionList)
        options.add_option(self._option(one))
        options.highlighted = len(self.setup.candidates) - 1
        self._try(one.name, self._prompter)

    # -- the end ---------------------------------------------------------------------------

    @on(Input.Submitted, "#file")
    @on(Input.Submitted, "#cluster")
    def go_on(self) -> None:
        """Go on to the next field."""
        self.focus_next()

    def action_write(self) -> None:
        """Write the file and answer; what is there already stays as it is."""
        if not self.is_current:
            return  # a key before has done so
        self.setup.user = self.query_one("#user", Input).value.strip()
        self.setup.cluster = self.query_one("#cluster", Input).value.strip()
        try:
            path = Path(self.query_one("#file", Input).value.strip()).expanduser()
            answers = self.setup.answers()
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(path, answers)
        except PituiError as error:
            self._complain(error)
        except (OSError, RuntimeError, ValueError) as error:
            self._complain(UsageError(f"cannot write the file: {error}"))
        else:
            self.dismiss(path)

    def dismiss(self, result: Path | None = None) -> AwaitComplete:
        """Close the screen with its result, once."""
        return dismiss_once(self, result)

    def action_back(self) -> None:
        """Go back; nothing was written."""
        self.dismiss(None)

    # -- what is shown ---------------------------------------------------------------------

    def action_move(self, name: str) -> None:
        """Move the cursor of the list."""
        getattr(self.query_one(OptionList), f"action_{name}")()

    def on_option_list_option_highlighted(self) -> None:
        """Say more of the line under the cursor."""
        self._show()

    def _option(self, one: Candidate) -> Option:
        return Option(self._line(one), id=one.name)

    def _line(self, one: Candidate) -> Text:
        return to_text(self, candidate_line(one, master=one.name == self.setup.master))

    def _show(self) -> None:
        if not self.is_mounted:
            return
        options = self.query_one(OptionList)
        for at, one in enumerate(self.setup.candidates):
            options.replace_option_prompt_at_index(at, self._line(one))
        if (current := self._current()) is not None:
            master = current.name == self.setup.master
            self.query_one(RowDetail).show(candidate_detail(current, master=master))
        self.query_one("#complaint", Static).update("")

    def _complain(self, error: PituiError) -> None:
        self.query_one("#complaint", Static).update(Text(str(error)))

"""The layout of the provisioning screen, and moving around in it."""

import time
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import Resize

from pitui.tui.base.action_screen import ActionScreen
from pitui.tui.base.actions import Action, Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.provision.board_rows import board_rows
from pitui.tui.provision.heading import head
from pitui.tui.provision.plan_tree import COLUMNS, of_key, step_key, tree_rows
from pitui.tui.provision.provision_run import Phase, ProvisionRun
from pitui.tui.provision.step_board import StepBoard
from pitui.tui.provision.step_detail import node_detail, refusal, step_detail
from pitui.tui.widgets.detail import Detail
from pitui.tui.widgets.row_table import RowTable
from pitui.tui.widgets.text_view import TextView

WIDE = 150
"""Columns of the terminal from which the tree and what is read stand side by side."""

_EVERY = 0.25
"""Seconds between two looks at what is new."""

_DONE = (Phase.WORKING, Phase.ENDED)


class ProvisionView(ActionScreen):
    """Two lines on the whole, a tree or a board, and all on what is under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Scope.PROVISIONING),
        *bindings(Scope.ANYWHERE),
    ]
    HERE = (*ActionScreen.HERE, "zoom", "next_pane", "previous_pane")
    HINTED = (*ActionScreen.HINTED, "zoom")

    def __init__(self, provision_run: ProvisionRun) -> None:
        super().__init__()
        self.provision_run = provision_run
        self.zoomed = False
        """Whether what is read has the whole screen."""
        self._head = Detail()
        self._tree = RowTable(COLUMNS)
        self._board = StepBoard()
        self._reading = TextView()
        self._folded: set[str] = set()
        self._everything = False
        self._as_board = provision_run.phase in _DONE
        self._drawn = (-1, -1)
        self._phase = provision_run.phase

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield self._head
        yield Container(self._tree, self._board, self._reading, id="provision")
        yield self.footer

    def on_mount(self) -> None:
        """Follow what happens."""
        self._arrange()
        self.set_interval(_EVERY, self._follow)

    def on_resize(self, event: Resize) -> None:
        """Choose the layout."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self.call_after_refresh(self.draw)

    # -- showing ---------------------------------------------------------------------------

    def _follow(self) -> None:
        """Draw what is new; clocks once a second while something is done."""
        phase = self.provision_run.phase
        if phase in _DONE and self._phase not in _DONE and not self._as_board:
            self._as_board = True
            self._arrange()
        self._phase = phase
        live = phase in (Phase.LOOKING, Phase.WORKING)
        moment = (self.provision_run.changed, int(monotonic()) if live else 0)
        if moment != self._drawn:
            self._drawn = moment
            self.draw()

    def _arrange(self) -> None:
        """Show the tree, the board or what is read alone, and give it the focus."""
        self._tree.display = not self._as_board and not self.zoomed
        self._board.display = self._as_board and not self.zoomed
        self.set_class(self._as_board, "-board")
        (self._reading if self.zoomed else self._main_part).focus()
        self.draw()

    @property
    def _main_part(self) -> RowTable | StepBoard:
        return self._board if self._as_board else self._tree

    def draw(self) -> None:
        """Draw everything that differs."""
        if not self.is_mounted:
            return
        provision_run, now = self.provision_run, monotonic()
        read_only = app_of(self).read_only
        self._head.show(head(provision_run, now, time.time(), read_only=read_only))
        if self._as_board:
            self._board.show(provision_run.names, board_rows(provision_run, now))
            self._board.styles.height = self._board.lines_wanted + 1  # and the line above it
        else:
            rows = tree_rows(provision_run, self._folded, now, everything=self._everything)
            self._tree.show(rows)
        self._tell()
        self.refresh_footer()

    @on(RowTable.Moved)
    @on(StepBoard.Moved)
    def _tell(self) -> None:
        """Show all on what is under the cursor."""
        provision_run, now = self.provision_run, monotonic()
        if provision_run.error is not None:
            self._reading.show("refusal", refusal(provision_run))
            return
        node, step = self._at()
        if node is None:
            self._reading.show(None, ())
        elif step is None:
            self._reading.show(node, node_detail(provision_run, node, now))
        else:
            self._reading.show((node, step), step_detail(provision_run, node, step, now))

    def _at(self) -> tuple[str | None, str | None]:
        """Return node and step under the cursor."""
        if not self._as_board:
            return of_key(self._tree.cursor) if self._tree.cursor is not None else (None, None)
        board = self._board
        if board.node is None:
            return None, None
        if board.step is None:
            return board.node, self.provision_run.telling(board.node)
        return board.node, self.provision_run.names[board.step].id

    def scope(self) -> Scope:
        """Return `Scope.PROVISIONING`."""
        return Scope.PROVISIONING

    def handler(self, row: Action) -> "ProvisionView":  # noqa: ARG002
        """Return this screen, which carries out all of them."""
        return self

    # -- looking around --------------------------------------------------------------------

    def do_view(self) -> None:
        """Switch between tree and board."""
        node, step = self._at()
        self._as_board = not self._as_board
        self._arrange()
        if node is not None and self._as_board:
            self._board.move_to(list(self.provision_run.nodes).index(node))
        elif node is not None:
            key = step_key(node, step) if step else node
            self._tree.select(key if self._tree.model.index_of(key) is not None else node)

    def do_everything(self) -> None:
        """Show the steps that hold as well, or leave them out."""
        self._everything = not self._everything
        self.draw()

    def do_zoom(self) -> None:
        """Give the whole screen to what is read, or take it back."""
        self.zoomed = not self.zoomed
        self._arrange()

    def do_next_pane(self) -> None:
        """Go to what is read, or back."""
        if not self.zoomed:
            (self._main_part if self._reading.has_focus else self._reading).focus()

    def do_previous_pane(self) -> None:
        """Go to what is read, or back."""
        self.do_next_pane()

    @property
    def _moved(self) -> RowTable | StepBoard | TextView:
        return self._reading if self._reading.has_focus else self._main_part

    def do_down(self) -> None:
        """Go down."""
        self._moved.move_by(1)

    def do_up(self) -> None:
        """Go up."""
        self._moved.move_by(-1)

    def do_page_down(self) -> None:
        """Go down a page."""
        self._moved.move_by(self._moved.page())

    def do_page_up(self) -> None:
        """Go up a page."""
        self._moved.move_by(-self._moved.page())

    def do_first(self) -> None:
        """Go to the top."""
        self._moved.move_to(0)

    def do_last(self) -> None:
        """Go to the end."""
        self._moved.move_to(-1)

    def do_read_on(self) -> None:
        """Scroll what is read down."""
        self._reading.move_by(max(1, self._reading.page() // 2))

    def do_read_back(self) -> None:
        """Scroll what is read up."""
        self._reading.move_by(-max(1, self._reading.page() // 2))

    def do_unfold(self) -> None:
        """Unfold the node, or go to the next step."""
        self._aside(1)

    def do_fold(self) -> None:
        """Fold the node, or go to the step before."""
        self._aside(-1)

    def _aside(self, steps: int) -> None:
        node, step = self._at()
        if node is None:
            return
        if self._as_board:
            ids = [name.id for name in self.provision_run.names]
            self._board.aside(steps, ids.index(step) if step in ids else 0)
            return
        if steps < 0:
            self._folded.add(node)
            self._tree.select(node)
        else:
            self._folded.discard(node)
        self.draw()

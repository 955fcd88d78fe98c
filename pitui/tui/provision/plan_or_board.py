"""What provisioning comes to: a tree or a board, and all on what is under the cursor."""

from time import monotonic

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from pitui.tui.base.ui_messages import FooterChanged
from pitui.tui.provision.board_rows import board_rows
from pitui.tui.provision.plan_tree import COLUMNS, of_key, step_key, tree_rows
from pitui.tui.provision.provision_run import ProvisionRun
from pitui.tui.provision.step_board import StepBoard
from pitui.tui.provision.step_detail import node_detail, refusal, step_detail
from pitui.tui.widgets.row_table import RowTable
from pitui.tui.widgets.text_view import TextView


class PlanOrBoard(Container):
    """The tree of a plan or the board of a run, and beside it what is read of one step.

    `board` shows the board first.
    """

    def __init__(self, provision_run: ProvisionRun, *, board: bool) -> None:
        super().__init__(id="provision")
        self._provision_run = provision_run
        self.zoomed = False
        """Whether what is read has the whole screen."""
        self.as_board = board
        self._tree = RowTable(COLUMNS)
        self._board = StepBoard()
        self._reading = TextView()
        self._folded: set[str] = set()
        """The nodes whose steps are not shown in the tree."""
        self._everything = False
        """Whether the tree shows the steps that hold as well."""

    def compose(self) -> ComposeResult:
        """Lay out the parts; which of them are shown, `show_parts` says."""
        yield self._tree
        yield self._board
        yield self._reading

    # -- showing ---------------------------------------------------------------------------

    def show_board(self) -> None:
        """Change to the board, because the run began."""
        if not self.as_board:
            self.as_board = True
            self.show_parts()

    def show_parts(self) -> None:
        """Show the tree, the board or what is read alone, and give it the focus."""
        self._tree.display = not self.as_board and not self.zoomed
        self._board.display = self.as_board and not self.zoomed
        self.set_class(self.as_board, "-board")
        (self._reading if self.zoomed else self._main_part).focus()
        self.draw()

    @property
    def _main_part(self) -> RowTable | StepBoard:
        return self._board if self.as_board else self._tree

    def draw(self) -> None:
        """Draw everything that differs."""
        provision_run, now = self._provision_run, monotonic()
        if self.as_board:
            self._board.show(provision_run.steps.names, board_rows(provision_run, now))
        else:
            rows = tree_rows(provision_run, self._folded, now, everything=self._everything)
            self._tree.show(rows)
        self._tell()
        self.post_message(FooterChanged())

    @on(RowTable.Moved)
    @on(StepBoard.Moved)
    def _tell(self) -> None:
        """Show all on what is under the cursor."""
        provision_run, now = self._provision_run, monotonic()
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
        if not self.as_board:
            return of_key(self._tree.cursor) if self._tree.cursor is not None else (None, None)
        board = self._board
        if board.node is None:
            return None, None
        if board.step is None:
            return board.node, self._provision_run.steps.telling(board.node)
        return board.node, self._provision_run.steps.names[board.step].id

    # -- looking around --------------------------------------------------------------------

    def do_view(self) -> None:
        """Switch between tree and board."""
        node, step = self._at()
        self.as_board = not self.as_board
        self.show_parts()
        if node is not None and self.as_board:
            self._board.move_to(list(self._provision_run.nodes).index(node))
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
        self.show_parts()

    def do_next_pane(self) -> None:
        """Go to what is read, or back."""
        if not self.zoomed:
            (self._main_part if self._reading.has_focus else self._reading).focus()

    def do_previous_pane(self) -> None:
        """Go to what is read, or back."""
        self.do_next_pane()

    @property
    def moved(self) -> RowTable | StepBoard | TextView:
        """What the keys move through."""
        return self._reading if self._reading.has_focus else self._main_part

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
        if self.as_board:
            ids = [name.id for name in self._provision_run.steps.names]
            self._board.aside(steps, ids.index(step) if step in ids else 0)
            return
        if steps < 0:
            self._folded.add(node)
            self._tree.select(node)
        else:
            self._folded.discard(node)
        self.draw()

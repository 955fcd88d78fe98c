"""The tree of logs that there are, to choose what is shown."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static, Tree
from textual.widgets.tree import TreeNode

from pitui.domain.errors import PituiError
from pitui.domain.log_line import LogSource
from pitui.domain.log_tree import LogBranch
from pitui.domain.text import printable
from pitui.tui.present.log_tree_text import CLUSTER, branch_text, leaf_text
from pitui.tui.screens.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: words as `pitui logs` takes them, and logs."""

    words: tuple[str, ...] = ()
    sources: tuple[LogSource, ...] = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """What a row of the tree stands for."""

    text: Text
    word: str = ""
    source: LogSource | None = None


class SourcesTree(Tree[_Item]):
    """The tree; space marks a row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
        Binding("l,right", "open_row", show=False),
        Binding("h,left", "close_row", show=False),
        Binding("space", "screen.mark", show=False),
    ]

    def action_open_row(self) -> None:
        """Show what is under a row."""
        if self.cursor_node is not None:
            self.cursor_node.expand()

    def action_close_row(self) -> None:
        """Hide what is under a row, or go to the row above it."""
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.children:
            node.collapse()
        elif node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)


class SourcesScreen(Dialog[Choice]):
    """All of a node, all of an application, errors of the cluster, a file, or what is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type", show=False),
        Binding("q", "close", show=False),
    ]
    TITLE_TEXT = "Logs to show"
    KEYS_TEXT = "Enter show  Space mark  / type a path  Esc close"
    AUTO_FOCUS = "SourcesTree"

    def __init__(
        self,
        ask: Callable[[], Awaitable[Sequence[LogBranch]]],
        shown: Sequence[tuple[str, int, int]],
    ) -> None:
        super().__init__()
        self._ask = ask
        self._shown = shown
        self._marked: set[TreeNode[_Item]] = set()

    def content(self) -> list[Widget]:
        """Return the tree and the field below it."""
        tree = SourcesTree("logs")
        tree.show_root = False
        tree.auto_expand = False
        tree.guide_depth = 2
        for item in _cluster_items():
            tree.root.add_leaf(item.text, item)
        field = Input(compact=True, placeholder="NODE:/path/to/file, or any word of pitui logs")
        now = [
            f"{tag} {kept:,}" + (f" ({gone:,} dropped)" if gone else "")
            for tag, kept, gone in self._shown
        ]
        about = "now, lines kept: " + ", ".join(now) if now else "nothing is shown now"
        return [
            Static(Text(about, style="dim", no_wrap=True, overflow="ellipsis"), id="kept"),
            tree,
            Static("asking the nodes what logs they have", id="waiting", markup=False),
            field,
        ]

    def on_mount(self) -> None:
        """Ask the nodes."""
        self.query_one(SourcesTree).cursor_line = 0
        self._fill()

    @work(group="tree", exclusive=True)
    async def _fill(self) -> None:
        waiting = self.query_one("#waiting", Static)
        try:
            branches = await self._ask()
        except PituiError as error:
            waiting.update(Text(str(error), style="red"))
            return
        tree = self.query_one(SourcesTree)
        for branch in branches:
            _add(tree.root, branch)
        waiting.display = False

    def action_mark(self) -> None:
        """Mark the row, or take its mark away."""
        node = self.query_one(SourcesTree).cursor_node
        if node is None or node.data is None or not (node.data.word or node.data.source):
            return
        self._marked ^= {node}
        sign = "● " if node in self._marked else ""
        node.set_label(Text.assemble((sign, "bold"), node.data.text))
        self.query_one(SourcesTree).action_cursor_down()

    def action_type(self) -> None:
        """Go to the field."""
        self.query_one(Input).focus()

    def on_key(self, event: object) -> None:
        """Leave the field downwards or upwards like any row."""
        if getattr(event, "key", "") in ("up", "down") and self.query_one(Input).has_focus:
            self.query_one(SourcesTree).focus()

    @on(Tree.NodeSelected)
    def choose(self, event: "Tree.NodeSelected[_Item]") -> None:
        """Show what is marked, else the row; a row that stands for nothing opens."""
        rows = self._marked or {event.node}
        items = [node.data for node in rows]
        words = tuple(item.word for item in items if item and item.word)
        sources = tuple(item.source for item in items if item and item.source)
        if words or sources:
            self.dismiss(Choice(words, sources))
        else:
            event.node.toggle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Show what was typed."""
        if words := tuple(event.value.split()):
            self.dismiss(Choice(words))


def _cluster_items() -> list[_Item]:
    return [_Item(Text.assemble(title, (f"  {word}", "dim")), word) for title, word in CLUSTER]


def _add(parent: TreeNode[_Item], branch: LogBranch) -> None:
    item = _Item(branch_text(branch), branch.word)
    node = parent.add(item.text, item, expand=bool(branch.error))
    if branch.error:
        node.add_leaf(Text(printable(branch.error), style="red"), _Item(Text("")))
    for leaf in branch.leaves:
        item = _Item(leaf_text(leaf), "", leaf.source)
        node.add_leaf(item.text, item)
    for below in branch.branches:
        _add(node, below)
    if branch.left_off:
        node.add_leaf(Text(f"{branch.left_off:,} older not listed", style="dim"), _Item(Text("")))

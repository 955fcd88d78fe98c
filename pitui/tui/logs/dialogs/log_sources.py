"""The dialog to choose logs: a tree of all logs of the cluster."""

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
from pitui.domain.logs.log_line import LogSource
from pitui.domain.logs.log_tree import LogBranch
from pitui.domain.text.printable import printable
from pitui.tui.base.dialogs.dialog import Dialog
from pitui.tui.logs.dialogs.tree_rows import CLUSTER, branch_text, cluster_rows, leaf_text, narrowed
from pitui.tui.text.cells import Tone
from pitui.tui.text.styles import tone_style


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """What was chosen: names as `pitui logs` takes them, and single logs."""

    words: tuple[str, ...] = ()
    sources: tuple[LogSource, ...] = ()

    @property
    def title(self) -> str:
        """A description of the choice, if it is a single row of the cluster."""
        one = self.words[0] if len(self.words) == 1 and not self.sources else ""
        return CLUSTER.get(one, "")


@dataclass(frozen=True, slots=True)
class _Item:
    """What a row of the tree stands for."""

    text: Text
    word: str = ""
    sources: tuple[LogSource, ...] = ()

    @property
    def choice(self) -> tuple[str, tuple[LogSource, ...]]:
        """The choice that this row stands for; stable across redraws."""
        return self.word, self.sources


class SourcesTree(Tree[_Item]):
    """The tree; Space marks a row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
        Binding("l,right", "open_row", show=False),
        Binding("h,left", "close_row", show=False),
        Binding("space", "screen.mark", show=False),
    ]

    def action_open_row(self) -> None:
        """Expand a row."""
        if self.cursor_node is not None:
            self.cursor_node.expand()

    def action_close_row(self) -> None:
        """Collapse a row, or go to its parent."""
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.children:
            node.collapse()
        elif node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)


class SourcesScreen(Dialog[SourceChoice]):
    """A `SourceChoice`: all of a node or application, errors, files, or a typed name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type", show=False),
        Binding("q", "close", show=False),
    ]
    TITLE_TEXT = "Logs to show"
    KEYS_TEXT = "Enter show  Space mark  / filter, or type a path  Esc close"
    AUTO_FOCUS = "SourcesTree"

    def __init__(
        self,
        ask: Callable[[], Awaitable[Sequence[LogBranch]]],
        shown: Sequence[tuple[str, int, int]],
    ) -> None:
        super().__init__()
        self._ask = ask
        self._shown = shown
        self._marked: dict[tuple[str, tuple[LogSource, ...]], None] = {}
        self._branches: Sequence[LogBranch] = ()

    def content(self) -> list[Widget]:
        """Return the tree and the field below it."""
        tree = SourcesTree("logs")
        tree.show_root = False
        tree.auto_expand = False
        tree.guide_depth = 2
        field = Input(
            compact=True,
            placeholder=("filter, or NODE:/path/to/file, or any name that pitui logs takes"),
        )
        now = [
            f"{tag} {kept:,}" + (f" ({gone:,} dropped)" if gone else "")
            for tag, kept, gone in self._shown
        ]
        about = "now, lines kept: " + ", ".join(now) if now else "no logs shown"
        return [
            Static(Text(about, style="dim", no_wrap=True, overflow="ellipsis"), id="kept"),
            tree,
            Static("asking the nodes which logs they have", id="waiting", markup=False),
            field,
        ]

    def on_mount(self) -> None:
        """Ask the nodes."""
        self._draw("")
        self.query_one(SourcesTree).cursor_line = 0
        self._fill()

    @work(group="tree", exclusive=True)
    async def _fill(self) -> None:
        waiting = self.query_one("#waiting", Static)
        try:
            self._branches = await self._ask()
        except PituiError as error:
            waiting.update(Text(str(error), style=tone_style(self, Tone.BAD)))
            return
        if not self.query(SourcesTree):
            return  # it was closed meanwhile
        waiting.display = False
        typed = self.query_one(Input).value
        if typed:
            self._draw(typed)
        else:
            for branch in self._branches:
                self._add(self.query_one(SourcesTree).root, branch)

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show only rows that contain the typed words."""
        self._draw(event.value)

    def _draw(self, words: str) -> None:
        """Draw the rows that contain the words, with their parents expanded."""
        tree = self.query_one(SourcesTree)
        tree.clear()
        for word, title in cluster_rows(words):
            self._leaf(tree.root, _Item(Text.assemble(title, (f"  {word}", "dim")), word))
        for branch in narrowed(self._branches, words):
            self._add(tree.root, branch, opened=bool(words.strip()))
        tree.cursor_line = 0

    def _leaf(self, parent: TreeNode[_Item], item: _Item) -> None:
        parent.add_leaf(self._label(item), item)

    def _label(self, item: _Item) -> Text:
        return Text.assemble(("● " if item.choice in self._marked else "", "bold"), item.text)

    def _add(self, parent: TreeNode[_Item], branch: LogBranch, *, opened: bool = False) -> None:
        found = (leaf.source for leaf in branch.all_leaves()) if opened and not branch.word else ()
        item = _Item(branch_text(branch), branch.word, tuple(found))
        node = parent.add(self._label(item), item, expand=opened or bool(branch.error))
        if branch.error:
            text = Text(printable(branch.error), style=tone_style(self, Tone.BAD))
            node.add_leaf(text, _Item(Text("")))
        for leaf in branch.leaves:
            self._leaf(node, _Item(leaf_text(leaf), "", (leaf.source,)))
        for below in branch.branches:
            self._add(node, below, opened=opened)
        if branch.left_off:
            text = Text(f"{branch.left_off:,} older ones not listed", style="dim")
            node.add_leaf(text, _Item(Text("")))

    def action_mark(self) -> None:
        """Mark or unmark the row."""
        node = self.query_one(SourcesTree).cursor_node
        if node is None or node.data is None or not (node.data.word or node.data.sources):
            return
        if node.data.choice in self._marked:
            del self._marked[node.data.choice]
        else:
            self._marked[node.data.choice] = None
        node.set_label(self._label(node.data))
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
        """Answer with the marked rows, else this row; a row that names no logs expands."""
        item = event.node.data
        chosen = self._marked or ({item.choice: None} if item else {})
        words = tuple(word for word, _ in chosen if word)
        sources = tuple(source for _, sources in chosen for source in sources)
        if words or sources:
            self.dismiss(SourceChoice(words, sources))
        else:
            event.node.toggle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with the typed name; words that only filter move to the rows instead."""
        words = tuple(event.value.split())
        found = self.query_one(SourcesTree).root.children
        if words and (not found or all(":" in word or self._is_word(word) for word in words)):
            self.dismiss(SourceChoice(words))
        elif found:
            self.query_one(SourcesTree).focus()

    def _is_word(self, word: str) -> bool:
        known = {*CLUSTER, *(branch.title for branch in self._branches)}
        return word in known or any(word in _words(branch) for branch in self._branches)


def _words(branch: LogBranch) -> set[str]:
    """Return the names that `pitui logs` takes for a branch and everything below it."""
    own = {branch.word, *(leaf.source.id for leaf in branch.leaves)}
    return own.union(*map(_words, branch.branches))

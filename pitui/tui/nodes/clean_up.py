"""Cleaning up a node: what is asked before, and what is done."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pitui.domain.errors import PituiError
from pitui.domain.node_detail import LeftoverFolder
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.dialogs.confirm import Question
from pitui.tui.nodes.text.disk import total
from pitui.tui.operations.operation import Operation
from pitui.tui.text.number_format import size

if TYPE_CHECKING:
    from textual.widget import Widget


def clean_up(
    widget: "Widget",
    node: str,
    folders: Sequence[LeftoverFolder],
    say: Callable[[str], None],
    ended: Callable[[], None],
) -> Operation:
    """Return the operation that removes folders and old logs of a node, asked for by a widget.

    `say` gets what is done, in words, as it goes on; `ended` is called when it has ended.
    """
    app, services = widget.app, app_of(widget).services
    names = [folder.name for folder in folders]

    async def work(report: OutcomeReport) -> None:
        say("cleaning up …")
        report(Outcome(node, "", OutcomeState.WORKING, "removing unused folders"))
        try:
            cleaned = await services.inspection.clean(node, names)
        except PituiError as error:
            report(Outcome(node, "", OutcomeState.FAILED, error.message, error.advice))
            app.notify(str(error), severity="error", markup=False)
        else:
            kept = f"; not removed: {'; '.join(cleaned.kept)}" if cleaned.kept else ""
            least = "at least " if cleaned.partial else ""
            removed = f"removed {least}{size(1024 * cleaned.kib)}{kept}"
            report(Outcome(node, "", OutcomeState.OK, removed))
            say(removed)
        ended()

    question = Question(
        f"Remove {total(folders)} on {node}?",
        "Remove",
        [f"{size(1024 * folder.kib):>7}  {folder.name}" for folder in folders],
        ["The logs of these applications are removed too. Running ones are checked again first."],
    )
    return Operation(
        "clean",
        f"Clean up {node}",
        work,
        about=frozenset(),
        claims=frozenset((node,)),
        question=question,
        again=lambda _failed: clean_up(widget, node, folders, say, ended),
        quiet=True,
    ).expect([(node, "")])

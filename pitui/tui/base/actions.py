"""Everything a person can do in the UI: one row an action.

From these rows come the key bindings, the footer, the help page, the palette, docs/keys.md,
remapping by `ui.keys`, and what read-only mode holds back. An action `x` is carried out by
the method `do_x` of the screen or the pane of its scope.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding


class Scope(StrEnum):
    """Where an action is offered."""

    ANYWHERE = "Anywhere"
    TABLES = "Tables; moving and y in logs too"
    NODES = "Nodes"
    LOGS = "Logs"
    EXECUTORS = "Executors"
    JOBS = "Jobs"
    DRILL = "Inside an application"
    PROGRESS = "Progress"
    PROVISIONING = "Provisioning: plan, board and report"
    TIMELINE = "Timeline"
    NODE = "A node's screen; y and moving in text too"
    TEXT = "Text, such as a thread dump"


PANES = (Scope.NODES, Scope.LOGS, Scope.EXECUTORS, Scope.JOBS)
"""The panes that have a number, in its order."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do."""

    id: str
    title: str
    """Short, for the footer and the palette."""
    keys: str
    """Comma-separated; the first is shown."""
    help: str
    scopes: tuple[Scope, ...] = (Scope.ANYWHERE,)
    danger: bool = False
    """Asks first."""
    mutating: bool = False
    """Not offered while read-only."""
    hint: int = 0
    """Place in the footer, 1 first; 0 keeps it out. The last give way first."""
    stays: bool = False
    """Never gives way in the footer."""


_TABLE = (Scope.TABLES,)
_LOGS = (Scope.LOGS,)
_LINES = (Scope.TABLES, Scope.LOGS)
_MOVING = (*_LINES, Scope.PROVISIONING)
_PLAN = (Scope.PROVISIONING,)
_NODES = (Scope.NODES,)
_LOOKS = (Scope.NODE, Scope.TEXT)
_WORK = (Scope.JOBS, Scope.DRILL)

ACTIONS: tuple[Action, ...] = (
    Action("start", "Start", "s", "Start worker or master of the marked nodes, or of the one at "
           "the cursor", _NODES, mutating=True, hint=1),
    Action("stop", "Stop", "x", "Stop them, after a question", _NODES, danger=True, mutating=True,
           hint=2),
    Action("restart", "Restart", "r", "Restart them, after a question", _NODES, danger=True,
           mutating=True, hint=3),
    Action("provision", "Provision", "p", "Show what provisioning would change on the marked "
           "nodes; Enter there applies it", _NODES, hint=4),
    Action("rolling", "Upgrade one by one", "U", "The same, to be applied one node after the "
           "other, each with its daemons back before the next", _NODES, danger=True),
    Action("rollback", "Roll back Spark", "B", "Show what going back to the Spark before would "
           "change; Enter there does it, after a question", _NODES, danger=True),
    Action("remove", "Remove node", "delete", "Take the node out of the cluster, after a question",
           _NODES, danger=True, mutating=True),
    Action("report", "Provisioning report", "v", "Show the board or the report of the last "
           "provisioning", (Scope.NODES, Scope.PROGRESS)),
    Action("decommission", "Drain and stop", "D", "Decommission the worker: no new work for it, "
           "wait until its tasks have ended, then stop it; after a question", _NODES, danger=True,
           mutating=True, hint=7),
    Action("shell", "Shell", "!", "Open a shell on the node; pitui is back when it ends", _NODES,
           mutating=True, hint=6),
    Action("retry", "Connect", "c", "Try to reach the node now", _NODES, hint=9),
    Action("kill", "Kill", "x,X,delete", "Kill the application or end the run, or all that are "
           "marked, after a question; inside, a job or a stage", _WORK, danger=True,
           mutating=True, hint=2),
    Action("failure", "Why it failed", "f", "Go to the log line that explains the failure", _WORK,
           hint=4),
    Action("page", "Web page", "o", "Copy the address of Spark's web page on it; where that is not "
           "reached from here, a way through SSH is made", _WORK, hint=9),
    Action("sort", "Sort", "s", "Sort by something else", _WORK, hint=9),
    Action("turn", "Turn order", "S", "Sort the other way round", _WORK),
    Action("executors", "Executors", "e", "Show the executors of the application",
           (Scope.JOBS,), hint=3),
    Action("by_node", "All by node", "v", "Show the executors of all applications, node by node; "
           "again: of the one selected", (Scope.EXECUTORS,), hint=5),
    Action("threads", "Threads", "d", "Show what the threads of the executor do (a thread dump), "
           "to search or to read in $PAGER", (Scope.EXECUTORS,), hint=3),
    Action("logs", "Logs", "l", "Follow the logs of the row: node, executor or run",
           (Scope.NODES, Scope.EXECUTORS, *_WORK, Scope.TIMELINE), hint=4),
    Action("open", "Open", "enter", "Go down into the row: an application, a job, a stage; show "
           "everything known of it where there is nothing below", _TABLE, hint=8),
    Action("details", "Details", "i", "Show everything known of the row", _TABLE),
    Action("mark", "Mark", "space", "Mark or unmark the row", _TABLE, hint=9),
    Action("mark_all", "Mark all", "a", "Mark every row that is shown, or none", _TABLE),
    Action("down", "Down", "j,down", "Next row or line", _MOVING),
    Action("up", "Up", "k,up", "Previous row or line; pauses logs", _MOVING),
    Action("page_down", "Page down", "pagedown,ctrl+f", "One page down", _MOVING),
    Action("page_up", "Page up", "pageup,ctrl+b", "One page up", _MOVING),
    Action("first", "First", "g,home", "First row, or the oldest line", _MOVING),
    Action("last", "Last row", "G,end", "Last row", (Scope.TABLES, Scope.PROVISIONING)),
    Action("filter", "Filter", "/", "Show only rows that hold some words; Esc clears", _TABLE,
           hint=7),
    Action("copy", "Copy", "y", "Copy the row, the marked rows, the line or the selection to the "
           "clipboard, over SSH too (OSC 52)", _LINES),
    Action("follow", "Follow", "G,end", "Go to the newest line and follow", _LOGS, hint=1),
    Action("follow_toggle", "Follow or pause", "F", "Follow or pause; logs open that way from now "
           "on", _LOGS),
    Action("sources", "Sources", "s", "Choose from a tree what to show: all of a node or an "
           "application, errors of the cluster, files, any NODE:/path", _LOGS, hint=2),
    Action("more", "Further back", "a", "Read further back than the last lines", _LOGS),
    Action("search", "Search", "/", "Look for words or a regular expression while they are typed; "
           "n and N go on", _LOGS, hint=3),
    Action("next_match", "Next match", "n", "Go to the next line that holds what is looked for",
           _LOGS, hint=6),
    Action("previous_match", "Previous match", "N", "Go to the one before", _LOGS),
    Action("log_filter", "Filter", "f", "Show only lines that hold words or a regular expression; "
           "Esc clears", _LOGS, hint=4),
    Action("level", "Level", "L", "Show only entries of ERROR, WARN or INFO and above, or all",
           _LOGS, hint=9),
    Action("only", "Only this", "o", "Show only the source of the line, or all again", _LOGS),
    Action("invert", "Invert", "I", "Show the lines that the filter's words leave out", _LOGS),
    Action("context", "Around", "C", "Show 2, 5 or 20 lines of the same source around each that "
           "passes the filter, or none", _LOGS),
    Action("previous_error", "Previous error", "E", "Go to the error before; from the end, to the "
           "last one", _LOGS, hint=3),
    Action("next_error", "Next error", "e", "Go to the next error", _LOGS),
    Action("mark_line", "Mark", "m", "Mark the line, or take its mark away; relative times count "
           "from it", _LOGS),
    Action("next_mark", "Next mark", "u", "Go to the next marked line", _LOGS),
    Action("previous_mark", "Previous mark", "U", "Go to the one before", _LOGS),
    Action("marks", "Marks", "M", "List the marked lines and go to one", _LOGS),
    Action("next_bar", "Later", "]", "Go to the next stretch of time of the histogram", _LOGS),
    Action("previous_bar", "Earlier", "[", "Go to the one before", _LOGS),
    Action("go_to", "Go to", "@", "Go to a time or to the number of a line", _LOGS),
    Action("fold_here", "Fold", "enter", "Fold or unfold the stack trace or the repetitions at "
           "the line", _LOGS),
    Action("fold_traces", "Fold traces", "T", "Fold all stack traces, or none", _LOGS),
    Action("fold_repeats", "Fold repeats", "r", "Fold entries that repeat the one before, or none",
           _LOGS),
    Action("visual", "Select lines", "v,V", "Select lines by moving; y copies them", _LOGS),
    Action("copy_many", "Copy many", "Y", "Copy the marked lines, all matches, or all that is "
           "shown", _LOGS),
    Action("pager", "Pager", "|", "Show the lines in $PAGER", _LOGS),
    Action("save", "Save", "S", "Save the whole log from its node in a file here, not only what "
           "is kept of it on the screen", _LOGS),
    Action("share", "Command", "c", "Copy and show the `pitui logs` command line for the same "
           "logs and filter", _LOGS),
    Action("wrap", "Wrap", "w", "Wrap long lines, or not", _LOGS, hint=9),
    Action("times", "Times", "t", "Show times as a clock, since the last mark, as written, or not "
           "at all", _LOGS, hint=9),
    Action("histogram", "Histogram", "H", "Show lines and errors over time, or not", _LOGS),
    Action("right", "Right", "l,right", "Move the text to see its end", _LOGS),
    Action("left", "Left", "h,left", "Move the text to see its beginning", _LOGS),
    Action("again", "Again what failed", "a", "Do the same again where it failed",
           (Scope.PROGRESS, Scope.PROVISIONING), mutating=True, hint=1),
    Action("cancel", "Cancel", "c", "Stop waiting for nodes that have not ended; provisioning "
           "finishes the steps in hand, and asks the second time",
           (Scope.PROGRESS, Scope.PROVISIONING), hint=2),
    Action("apply", "Apply", "enter", "Do what the plan shows", _PLAN, mutating=True, hint=1),
    Action("choose_steps", "Steps", "s", "Choose only some steps, and look again", _PLAN, hint=3),
    Action("one_by_one", "One by one", "o", "Go one node after the other, restarting the daemons "
           "whose Spark changed, or side by side again", _PLAN, hint=4),
    Action("save_report", "Save", "w", "Save the plan or report to a file: as `provision "
           "--json`, or as text", _PLAN, hint=5),
    Action("view", "Tree or board", "v", "Show it as a tree, or nodes by steps", _PLAN, hint=6),
    Action("everything", "All steps", "u", "Show steps without a change as well, or leave them out",
           _PLAN, hint=7),
    Action("unfold", "Unfold", "l,right", "Unfold the node; on the board the next step", _PLAN),
    Action("fold", "Fold", "h,left", "Fold the node; on the board the step before", _PLAN),
    Action("read_on", "Read on", "space,J", "Scroll the diff or the last lines down", _PLAN,
           hint=8),
    Action("read_back", "Read back", "K", "Scroll them up", _PLAN),
    Action("event_kind", "Kind", "t", "Show only events of one kind, then of the next, then all",
           (Scope.TIMELINE,), hint=1),
    Action("event_node", "This node", "n", "Show only events of the row's node, or of all again",
           (Scope.TIMELINE,), hint=2),
    Action("event_application", "This app", "A", "Show only events of the row's application, or "
           "of all again", (Scope.TIMELINE,), hint=3),
    Action("clean", "Clean up", "C", "Remove work folders of applications that ended and old logs, "
           "after a question with names and sizes", (Scope.NODE,), danger=True, mutating=True,
           hint=1),
    Action("span", "Time span", "t", "Chart the last hour, or the last ten minutes", (Scope.NODE,),
           hint=2),
    Action("node_logs", "Logs", "l", "Follow the node's logs", (Scope.NODE,), hint=3),
    Action("count", "Count again", "u", "Count the use of the disk again", (Scope.NODE,), hint=4),
    Action("copy_all", "Copy", "y", "Copy all that is shown", _LOOKS),
    Action("scroll_down", "Down", "j,down", "Scroll down", _LOOKS),
    Action("scroll_up", "Up", "k,up", "Scroll up", _LOOKS),
    Action("scroll_page_down", "Page down", "pagedown,ctrl+f,space", "One page down",
           _LOOKS),
    Action("scroll_page_up", "Page up", "pageup,ctrl+b", "One page up", _LOOKS),
    Action("top", "Top", "g,home", "Go to the top", _LOOKS),
    Action("find", "Search", "/", "Find lines that hold some text", (Scope.TEXT,), hint=1),
    Action("found_next", "Next", "n", "Go to the next line that was found", (Scope.TEXT,), hint=2),
    Action("found_previous", "Previous", "N", "Go to the one before", (Scope.TEXT,)),
    Action("text_pager", "Pager", "p,|", "Show the text in $PAGER; pitui is back when it ends",
           (Scope.TEXT,), hint=3),
    Action("ask_again", "Again", "r", "Ask for the text again", (Scope.TEXT,), hint=4),
    Action("sideways", "Right", "l,right", "Move the text to see its end", (Scope.TEXT,)),
    Action("back_sideways", "Left", "h,left", "Move the text to see its beginning",
           (Scope.TEXT,)),
    Action("bottom", "Bottom", "G,end", "Go to the bottom", _LOOKS),
    Action("benchmark", "Benchmark", "b", "Choose a benchmark and run it on the cluster",
           mutating=True, hint=5),
    Action("progress", "Progress", "P", "Go to what the last actions came to, or hide it"),
    Action("nodes", "Nodes", "1", "Go to the nodes"),
    Action("log_pane", "Logs", "2", "Go to the logs"),
    Action("executor_pane", "Executors", "3", "Go to the executors"),
    Action("jobs", "Jobs", "4", "Go to the jobs"),
    Action("timeline", "Timeline", "5", "Show what happened on the cluster; what is new since you "
           "looked stands in the header", hint=10),
    Action("next_pane", "Next pane", "tab", "Go to the next pane"),
    Action("previous_pane", "Previous pane", "shift+tab", "Go to the previous pane"),
    Action("zoom", "Zoom", "z", "Give the whole screen to a pane, or take it back", hint=12),
    Action("refresh", "Refresh", "ctrl+r,f5", "Ask the master and the nodes now"),
    Action("read_only", "Read-only", "R", "Switch read-only mode on or off"),
    Action("palette", "Palette", "colon,ctrl+p", "Find an action by name", hint=11),
    Action("help", "Help", "?", "Show this help", hint=14, stays=True),
    Action("back", "Back", "escape", "Close, unzoom, clear the filter or the marks; in logs, "
           "go back to where they were opened from", hint=16, stays=True),
    Action("quit", "Quit", "q", "Back out step by step, then quit", hint=15, stays=True),
)  # fmt: skip


def bindings(scope: Scope) -> list[Binding]:
    """Return the key bindings of a scope, remappable by their ids."""
    return [
        Binding(action.keys, f"do('{action.id}')", action.title, show=False, id=action.id)
        for action in ACTIONS
        if scope in action.scopes
    ]


def action(action_id: str) -> Action:
    """Return an action by its id."""
    return next(row for row in ACTIONS if row.id == action_id)


def of(*scopes: Scope) -> list[Action]:
    """Return the actions of any of the scopes, in the table's order."""
    return [row for row in ACTIONS if set(scopes) & set(row.scopes)]


def reaches(scope: Scope) -> tuple[Scope, ...]:
    """Return the scopes whose actions work while something of `scope` has the focus."""
    if scope in (Scope.NODES, Scope.EXECUTORS, *_WORK, Scope.TIMELINE):
        return scope, Scope.TABLES, Scope.ANYWHERE
    return scope, Scope.ANYWHERE


def grouped() -> Iterable[tuple[Scope, list[Action]]]:
    """Yield each scope with its actions, for help and docs/keys.md; those of tables once."""
    for scope in Scope:
        yield scope, [row for row in of(scope) if scope is row.scopes[0] or row.scopes[0] in PANES]

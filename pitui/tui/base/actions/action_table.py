"""The table of actions: everything a user can do in the UI, one row per action.

From these rows come the key bindings, the footer, the help page, the palette, docs/keys.md,
remapping by `ui.keys`, and what read-only mode holds back. An action `x` is carried out by
the method `do_x` of the screen or the pane of its scope.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding


class Scope(StrEnum):
    """Where an action's keys apply; the value is its heading in the help."""

    ANYWHERE = "Anywhere"
    TABLES = "Tables (movement and y also in logs)"
    NODES = "Nodes"
    LOGS = "Logs"
    EXECUTORS = "Executors"
    JOBS = "Jobs"
    DRILL = "Inside an application"
    PROGRESS = "Progress"
    PROVISIONING = "Provisioning: plan, board and report"
    TIMELINE = "Timeline"
    DATA = "Data"
    DOCTOR = "Doctor"
    FINDING = "A finding (movement and y also in text)"
    NODE = "A node's screen (movement and y also in text)"
    FAILURE = "What failed with data (movement and y also in text)"
    TEXT = "Text, such as a thread dump"
    BENCHMARKS = "Benchmarks"
    RUN = "A run, or runs compared (movement and y also in text)"


PANES = (Scope.NODES, Scope.LOGS, Scope.EXECUTORS, Scope.JOBS)
"""The panes that have a number, in its order."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a user can do, with its keys and texts."""

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
_LOOKS = (Scope.NODE, Scope.FAILURE, Scope.TEXT, Scope.RUN, Scope.FINDING)
_FINDINGS = (Scope.DOCTOR, Scope.FINDING)
_WORK = (Scope.JOBS, Scope.DRILL)

ACTIONS: tuple[Action, ...] = (
    Action("start", "Start", "s", "Start the daemons of the marked nodes, or of the node under "
           "the cursor", _NODES, mutating=True, hint=1),
    Action("stop", "Stop", "x", "Stop them (asks first)", _NODES, danger=True, mutating=True,
           hint=2),
    Action("restart", "Restart", "r", "Restart them (asks first)", _NODES, danger=True,
           mutating=True, hint=3),
    Action("provision", "Provision", "p", "Plan provisioning of the marked nodes; Enter applies "
           "the plan", _NODES, hint=4),
    Action("rolling", "Rolling upgrade", "U", "Plan a rolling upgrade: one node at a time, each "
           "with its daemons back before the next", _NODES, danger=True),
    Action("rollback", "Roll back Spark", "B", "Plan a rollback to the previous Spark version; "
           "Enter applies it after confirmation", _NODES, danger=True),
    Action("remove", "Remove node", "delete", "Remove the node from the cluster (asks first)",
           _NODES, danger=True, mutating=True),
    Action("report", "Provisioning report", "v", "Show the progress or the report of the last "
           "provisioning run", (Scope.NODES, Scope.PROGRESS)),
    Action("decommission", "Drain and stop", "D", "Decommission the worker: give it no new "
           "work, wait for its tasks to end, then stop it (asks first)", _NODES, danger=True,
           mutating=True, hint=7),
    Action("shell", "Shell", "!", "Open a shell on the node; exit it to return to pitui", _NODES,
           mutating=True, hint=6),
    Action("retry", "Connect", "c", "Try to connect to the node now", _NODES, hint=9),
    Action("kill", "Kill", "x,X,delete", "Kill the application, run, job or stage under the "
           "cursor, or all marked ones (asks first)", _WORK, danger=True, mutating=True, hint=2),
    Action("failure", "Why it failed", "f", "Go to the log line that explains the failure", _WORK,
           hint=4),
    Action("page", "Web page", "o", "Copy the address of its Spark web page; opens an SSH "
           "tunnel where the page is not reachable from here", _WORK, hint=9),
    Action("sort", "Sort", "s", "Sort by the next column", _WORK, hint=9),
    Action("turn", "Reverse order", "S", "Reverse the sort order", _WORK),
    Action("executors", "Executors", "e", "Show the executors of the application", (Scope.JOBS,),
           hint=3),
    Action("submit", "Submit a job", "r", "Choose a job of the configuration and submit it; "
           "nodes that lack its data get it first", (Scope.JOBS,), mutating=True, hint=10),
    Action("by_node", "All by node", "v", "Show the executors of all applications by node, or "
           "only those of the selected one", (Scope.EXECUTORS,), hint=5),
    Action("threads", "Threads", "d", "Show a thread dump of the executor, to search or to read "
           "in $PAGER", (Scope.EXECUTORS,), hint=3),
    Action("logs", "Logs", "l", "Follow the logs of the node, executor or run under the cursor; "
           "in Data, first what a push, look or removal that failed there said",
           (Scope.NODES, Scope.EXECUTORS, *_WORK, Scope.TIMELINE, Scope.DATA,
            *_FINDINGS, Scope.BENCHMARKS), hint=4),
    Action("open", "Open", "enter", "Open the application, job or stage under the cursor; on "
           "other rows, show all details", _TABLE, hint=8),
    Action("details", "Details", "i", "Show all details of the row", _TABLE),
    Action("mark", "Mark", "space", "Mark or unmark the row", _TABLE, hint=9),
    Action("mark_all", "Mark all", "a", "Mark all visible rows, or unmark them", _TABLE),
    Action("down", "Down", "j,down", "Next row or line", _MOVING),
    Action("up", "Up", "k,up", "Previous row or line; pauses logs", _MOVING),
    Action("page_down", "Page down", "pagedown,ctrl+f", "One page down", _MOVING),
    Action("page_up", "Page up", "pageup,ctrl+b", "One page up", _MOVING),
    Action("first", "First", "g,home", "First row, or the oldest line", _MOVING),
    Action("last", "Last row", "G,end", "Last row", (Scope.TABLES, Scope.PROVISIONING)),
    Action("filter", "Filter", "/", "Show only rows that contain the words you type; Esc clears",
           _TABLE, hint=7),
    Action("copy", "Copy", "y", "Copy the row, the marked rows, the line or the selection to "
           "the clipboard, also over SSH (OSC 52)", _LINES),
    Action("follow", "Follow", "G,end", "Go to the newest line and follow the log", _LOGS, hint=1),
    Action("follow_toggle", "Follow or pause", "F", "Follow or pause; logs you open later start "
           "the same way", _LOGS),
    Action("sources", "Sources", "s", "Choose logs from a tree: all of a node or an "
           "application, errors of the cluster, files, any NODE:/path", _LOGS, hint=2),
    Action("more", "Older lines", "a", "Load older lines", _LOGS),
    Action("search", "Search", "/", "Search as you type for words or a regular expression; n "
           "and N step through matches", _LOGS, hint=3),
    Action("next_match", "Next match", "n", "Go to the next match", _LOGS, hint=6),
    Action("previous_match", "Previous match", "N", "Go to the previous match", _LOGS),
    Action("log_filter", "Filter", "f", "Show only lines that match words or a regular "
           "expression; Esc clears", _LOGS, hint=4),
    Action("level", "Level", "L", "Show only entries at ERROR, WARN or INFO and above, or all",
           _LOGS, hint=9),
    Action("only", "Only this", "o", "Show only the source of this line, or all sources", _LOGS),
    Action("invert", "Invert", "I", "Invert the filter: show the lines that do not match", _LOGS),
    Action("context", "Context", "C", "Show 2, 5, 20 or no lines of context around each line "
           "that matches the filter", _LOGS),
    Action("previous_error", "Previous error", "E", "Go to the previous error; from the end, to "
           "the last one", _LOGS, hint=3),
    Action("next_error", "Next error", "e", "Go to the next error", _LOGS),
    Action("mark_line", "Mark", "m", "Mark or unmark the line; relative times count from it",
           _LOGS),
    Action("next_mark", "Next mark", "u", "Go to the next marked line", _LOGS),
    Action("previous_mark", "Previous mark", "U", "Go to the previous marked line", _LOGS),
    Action("marks", "Marks", "M", "List the marked lines and go to one", _LOGS),
    Action("next_bar", "Later", "]", "Go to the next bar of the histogram", _LOGS),
    Action("previous_bar", "Earlier", "[", "Go to the previous bar of the histogram", _LOGS),
    Action("go_to", "Go to", "@", "Go to a time or a line number", _LOGS),
    Action("fold_here", "Fold", "enter", "Fold or unfold the stack trace or repeated entries at "
           "this line", _LOGS),
    Action("fold_traces", "Fold traces", "T", "Fold or unfold all stack traces", _LOGS),
    Action("fold_repeats", "Fold repeats", "r", "Fold or unfold all entries that repeat the "
           "previous one", _LOGS),
    Action("visual", "Select lines", "v,V", "Start selecting lines; move to extend, y copies",
           _LOGS),
    Action("copy_many", "Copy many", "Y", "Copy the marked lines, all matches, or all visible "
           "lines", _LOGS),
    Action("pager", "Pager", "|", "Open the lines in $PAGER", _LOGS),
    Action("save", "Save", "S", "Download the complete log from its node to a file here, "
           "including lines no longer on the screen", _LOGS),
    Action("share", "Command", "c", "Copy and show the `pitui logs` command for the same logs "
           "and filter", _LOGS),
    Action("wrap", "Wrap", "w", "Wrap long lines on or off", _LOGS, hint=9),
    Action("times", "Times", "t", "Show times as a clock, relative to the last mark, as "
           "written, or not at all", _LOGS, hint=9),
    Action("histogram", "Histogram", "H", "Show or hide the histogram of lines and errors over "
           "time", _LOGS),
    Action("right", "Right", "l,right", "Scroll right", _LOGS),
    Action("left", "Left", "h,left", "Scroll left", _LOGS),
    Action("again", "Retry failed", "a", "Run the action again where it failed",
           (Scope.PROGRESS, Scope.PROVISIONING), mutating=True, hint=1),
    Action("cancel", "Cancel", "c", "Stop waiting for nodes that are not done; provisioning "
           "finishes its current steps, and a second press asks before it aborts them",
           (Scope.PROGRESS, Scope.PROVISIONING), hint=2),
    Action("apply", "Apply", "enter", "Apply the plan", _PLAN, mutating=True, hint=1),
    Action("choose_steps", "Steps", "s", "Choose which steps to run, and plan again", _PLAN,
           hint=3),
    Action("one_by_one", "One by one", "o", "Switch between one node at a time (restarting "
           "daemons whose Spark changed) and all nodes at once", _PLAN, hint=4),
    Action("save_report", "Save", "w", "Save the plan or report to a file, as text or as the "
           "JSON of `provision --json`", _PLAN, hint=5),
    Action("view", "Tree or board", "v", "Switch between the tree and the board of nodes and "
           "steps", _PLAN, hint=6),
    Action("everything", "All steps", "u", "Show or hide steps without changes", _PLAN, hint=7),
    Action("unfold", "Unfold", "l,right", "Unfold the node; on the board, go to the next step",
           _PLAN),
    Action("fold", "Fold", "h,left", "Fold the node; on the board, go to the previous step",
           _PLAN),
    Action("read_on", "Scroll down", "space,J", "Scroll the diff or the latest output down", _PLAN,
           hint=8),
    Action("read_back", "Scroll up", "K", "Scroll the diff or the latest output up", _PLAN),
    Action("event_kind", "Kind", "t", "Show only events of one kind: each press goes to the "
           "next kind, then back to all", (Scope.TIMELINE,), hint=1),
    Action("event_node", "This node", "n", "Show only events of this row's node, or of all nodes",
           (Scope.TIMELINE,), hint=2),
    Action("event_application", "This app", "A", "Show only events of this row's application, "
           "or of all applications", (Scope.TIMELINE,), hint=3),
    Action("push_data", "Push", "p", "Push the marked data to its nodes, or what is under the "
           "cursor: only what differs is sent", (Scope.DATA,), mutating=True, hint=1),
    Action("verify_data", "Verify", "v", "Have the nodes read all data and compare it",
           (Scope.DATA,), hint=2),
    Action("remove_data", "Remove", "x,delete", "Remove from its node what pitui pushed and nobody "
           "changed since (asks first)", (Scope.DATA,), danger=True, mutating=True, hint=3),
    Action("look_again", "Look again", "r", "Ask the nodes again what they have", (Scope.DATA,),
           hint=5),
    Action("fix", "Fix", "f", "Fix the marked findings, or the one under the cursor, where pitui "
           "can: shows what would change and asks first; afterwards all is checked again",
           _FINDINGS, danger=True, mutating=True, hint=1),
    Action("check_again", "Run again", "r", "Run all checks again; Esc stops them",
           (Scope.DOCTOR,), hint=2),
    Action("ignore", "Ignore", "i", "Ignore the marked findings, or the one under the cursor: asks "
           "for a reason and for how long; on an ignored one, stop ignoring it", _FINDINGS, hint=3),
    Action("clean", "Clean up", "C", "Remove old logs and the work folders of finished "
           "applications; lists names and sizes and asks first", (Scope.NODE,), danger=True,
           mutating=True, hint=1),
    Action("span", "Time span", "t", "Switch the charts between the last hour and the last ten "
           "minutes", (Scope.NODE,), hint=2),
    Action("node_logs", "Logs", "l", "Follow the node's logs", (Scope.NODE, Scope.FAILURE),
           hint=3),
    Action("count", "Measure disk", "u", "Measure the disk use again", (Scope.NODE,), hint=4),
    Action("compare_runs", "Compare", "c", "Compare the marked runs with the first of them; "
           "without marks, the run under the cursor with its baseline", (Scope.BENCHMARKS,),
           hint=1),
    Action("baseline", "Baseline", "B", "Keep the run as the baseline of its kind, or no more; "
           "later runs that are slower are marked", (Scope.BENCHMARKS,), hint=3),
    Action("end_run", "End run", "x,delete", "End the run under the cursor (asks first)",
           (Scope.BENCHMARKS,), danger=True, mutating=True, hint=5),
    Action("copy_all", "Copy", "y", "Copy everything on this screen", _LOOKS),
    Action("scroll_down", "Down", "j,down", "Scroll down", _LOOKS),
    Action("scroll_up", "Up", "k,up", "Scroll up", _LOOKS),
    Action("scroll_page_down", "Page down", "pagedown,ctrl+f,space", "One page down", _LOOKS),
    Action("scroll_page_up", "Page up", "pageup,ctrl+b", "One page up", _LOOKS),
    Action("top", "Top", "g,home", "Go to the top", _LOOKS),
    Action("find", "Search", "/", "Find lines that contain some text", (Scope.TEXT,), hint=1),
    Action("found_next", "Next", "n", "Go to the next match", (Scope.TEXT,), hint=2),
    Action("found_previous", "Previous", "N", "Go to the previous match", (Scope.TEXT,)),
    Action("text_pager", "Pager", "p,|", "Open the text in $PAGER; quit it to return to pitui",
           (Scope.TEXT,), hint=3),
    Action("ask_again", "Reload", "r", "Fetch the text again", (Scope.TEXT,), hint=4),
    Action("sideways", "Right", "l,right", "Scroll right", (Scope.TEXT,)),
    Action("back_sideways", "Left", "h,left", "Scroll left", (Scope.TEXT,)),
    Action("bottom", "Bottom", "G,end", "Go to the bottom", _LOOKS),
    Action("benchmark", "Benchmark", "b", "Choose a benchmark and run it on the cluster",
           mutating=True, hint=5),
    Action("progress", "Progress", "P", "Show or hide the progress panel"),
    Action("nodes", "Nodes", "1", "Go to the nodes"),
    Action("log_pane", "Logs", "2", "Go to the logs"),
    Action("executor_pane", "Executors", "3", "Go to the executors"),
    Action("jobs", "Jobs", "4", "Go to the jobs"),
    Action("timeline", "Timeline", "5", "Show what happened on the cluster; the header counts "
           "the events since your last visit", hint=10),
    Action("data", "Data", "6", "Show which nodes have the data of the configuration; push and "
           "remove it"),
    Action("benchmarks", "Benchmarks", "7", "Show the runs of benchmarks: compare them, see what "
           "bound each, and what every node did meanwhile"),
    Action("doctor", "Doctor", "8", "Run the checks of `pitui doctor`: what is wrong, why it "
           "matters, and the fix; what concerns the node or application under the cursor is first"),
    Action("next_pane", "Next pane", "tab", "Go to the next pane"),
    Action("previous_pane", "Previous pane", "shift+tab", "Go to the previous pane"),
    Action("zoom", "Zoom", "z", "Zoom the pane to the whole screen, or back", hint=12),
    Action("refresh", "Refresh", "ctrl+r,f5", "Poll the master and the nodes now"),
    Action("reload", "Reload", "ctrl+l", "Load the configuration file again, and start anew with "
           "it"),
    Action("read_only", "Read-only", "R", "Switch read-only mode on or off"),
    Action("palette", "Palette", "colon,ctrl+p", "Find an action by name", hint=11),
    Action("help", "Help", "?", "Show this help", hint=14, stays=True),
    Action("back", "Back", "escape", "Close, unzoom, or clear the filter or the marks; in logs, "
           "return to where you opened them", hint=16, stays=True),
    Action("quit", "Quit", "q", "Go back one step at a time, then quit", hint=15, stays=True),
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
    if scope in (
        Scope.NODES, Scope.EXECUTORS, *_WORK, Scope.TIMELINE, Scope.DOCTOR, Scope.BENCHMARKS,
    ):  # fmt: skip
        return scope, Scope.TABLES, Scope.ANYWHERE
    return scope, Scope.ANYWHERE


def grouped() -> Iterable[tuple[Scope, list[Action]]]:
    """Yield each scope with its actions, for help and docs/keys.md; those of tables once."""
    for scope in Scope:
        yield scope, [row for row in of(scope) if scope is row.scopes[0] or row.scopes[0] in PANES]

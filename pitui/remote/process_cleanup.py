"""The shell text that makes a remote command end with its caller.

Without a terminal sshd lets a command run on when its channel closes or its connection breaks:
`tail -F` of a quiet file would stay for good. So a command that reads no input gets a watcher
beside it: a subshell that blocks on standard input, which nobody writes to. It ends when the caller
closes it, when sshd notices that the connection is gone, or when pitui is killed, and then the
watcher ends the whole process group: SIGTERM, and two seconds later SIGKILL. When the command ended
first, its process is gone by the time that standard input is closed, and the watcher just ends:
what the command left running on purpose stays. (The number of that process cannot have been given
to another one, because the watcher is still in the group of that number.)

sshd (session.c, do_exec_no_pty) and `start_new_session` both make the shell the leader of a group
of its own, so `kill 0` reaches the command and its children and nobody else. What moves into a
session of its own (`setsid`) stays.

A command that reads input cannot be watched that way: it is told by the end of its input, and ended
by a signal to its group. sshd sends that for us from version 7.9 on, but not where root logs in;
`kill_group` does it over another channel.
"""

KILL_AFTER = 2
"""Seconds between SIGTERM and SIGKILL."""

# The watcher is the child of a subshell that ends at once: a command that says `wait` or `kill %1`
# does not mean it, nor does a program in the shell's place that waits for all its children. That
# second fork is about half of what watching costs. Nothing but the command holds its output when it
# begins.
_WATCHED = (
    'exec 3<&0; ( ( trap "" TERM; while read -r _; do :; done; kill -0 $$ || exit; kill -TERM 0; '
    f"sleep {KILL_AFTER}; kill -KILL 0 ) <&3 3<&- & ) >/dev/null 2>&1; exec </dev/null 3<&-\n"
)


def watched(command: str) -> str:
    """Return the sh text of a command without input that ends with its caller.

    The shell that sets the watcher up runs the command itself: another one would be the dearest
    part of most commands.
    """
    return _WATCHED + command


def kill_group(group: int) -> str:
    """Return the sh text that ends a process group: SIGTERM, and later SIGKILL."""
    return (
        f"kill -TERM -{group}; i=0; while kill -0 -{group} && [ $i -lt {KILL_AFTER * 10} ]; "
        f"do sleep 0.1; i=$((i+1)); done 2>/dev/null; kill -KILL -{group} 2>/dev/null"
    )

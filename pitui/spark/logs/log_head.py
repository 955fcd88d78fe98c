"""What is in front of a line's message: its time and level, however a layout orders them.

Read are the beginnings of log4j 1 and 2, logback, java.util.logging, Python's logging, loguru,
glog, klog, syslog (RFC 3164, RFC 5424), dmesg, the Container Runtime Interface, GC logs, and what a
JVM or an interpreter says when it dies. A level is read only where a head has one: as the
first word, or behind a time with nothing but fields (threads, loggers, numbers) in between.
"""

import re
from typing import NamedTuple

from pitui.domain.logs.log_line import Level
from pitui.spark.logs.log_stamp import Found, Stamp, stamp_at, uptime_end

FIELDS_MOST = 8
"""Fields of a head that are looked at."""

_WORDS = {
    **{level.value: level for level in Level},
    "WARNING": Level.WARN, "ERR": Level.ERROR, "SEVERE": Level.ERROR, "CRITICAL": Level.FATAL,
    "CRIT": Level.FATAL, "ALERT": Level.FATAL, "EMERG": Level.FATAL, "EMERGENCY": Level.FATAL,
    "PANIC": Level.FATAL, "NOTICE": Level.INFO, "SUCCESS": Level.INFO, "CONFIG": Level.DEBUG,
    "FINE": Level.DEBUG, "FINER": Level.TRACE, "FINEST": Level.TRACE,
}  # fmt: skip
_GLOG = {
    "I": Level.INFO, "W": Level.WARN, "E": Level.ERROR, "F": Level.FATAL, "D": Level.DEBUG,
}  # fmt: skip
_SEVERITIES = (Level.FATAL,) * 3 + (Level.ERROR, Level.WARN, Level.INFO, Level.INFO, Level.DEBUG)
"""Of syslog, 0 (emergency) to 7 (debug)."""

_ANY = "|".join(sorted(_WORDS, key=len, reverse=True))
_PLAIN = "TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|CRITICAL"
_BOUND = r"(?![A-Za-z0-9_]|[-.][A-Za-z0-9_])"
_LEVEL = re.compile(
    rf"(?P<bare>{_ANY}){_BOUND}|[\[<(|][ \t]{{0,8}}(?P<closed>(?i:{_ANY}))[ \t]{{0,8}}[\]>)|]",
    re.ASCII,
)
_FRONT = re.compile(
    rf"(?P<bare>{_PLAIN})(?=[: \t]|$)|(?P<jul>{_ANY}): "
    rf"|[\[<][ \t]{{0,8}}(?P<closed>(?i:{_ANY}))[ \t]{{0,8}}[\]>]",
    re.ASCII,
)
_FIELD = re.compile(
    r"(?:\[[^\]]{0,200}\]+:?|\{[^}]{0,200}\}|\([^)]{0,200}\)|---?(?=[ \t])|[-|:](?=[ \t])"
    r"|Executor task launch worker for task [\d.]+ in stage [\d.]+ \(TID \d+\)"
    r"|\S{1,200}(?= - )|[^|\s]{1,100} *(?=\|))[ \t]*",
    re.ASCII,
)
_WORD = re.compile(r"(?P<word>[^\s\[\]]{1,200})[ \t]+")
_NAME = re.compile(r"[\w$]*[\d._$:/#@-]|[A-Za-z]*[a-z][A-Z]|(?:main|root)$")
"""Of a thread or a logger, which a word of a sentence is not."""
_WORDS_MOST = 2

COMMON = re.compile(
    r"(?P<second>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)[.,](?P<milli>\d{3})(?P<zone>Z|[+-]\d\d:\d\d)?"
    r"[ \t]+(?:\[[^\]]{0,200}\][ \t]+)?(?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL)[ \t]",
    re.ASCII,
)
"""The layouts that most logs have besides Spark's own, for a reader in a hurry."""

_BRACKETS = re.compile(r"(?:\[[^\]]{0,200}\][ \t]+){1,2}(?=[A-Z\[<]|\d)")
_PROGRESS = re.compile(
    r"(?:\[Stage \d+:[^\]\[]{0,300}\] *)+"
    r"|[^|\[\]\n]{0,80}?\d{1,3}%\|[^|\n]{0,300}\|[^\[\]\n]{0,60}\[[^\]\n]{0,100}\] *"
)
"""Spark's ConsoleProgressBar and tqdm's bar, which end without a newline."""
_CRI = re.compile(r"(?:stdout|stderr) [FP](?: |$)")
_PRIORITY = re.compile(r"<(?P<priority>\d{1,3})>(?:1 (?=[\d-]))?")
_SYSLOG = re.compile(
    r"(?P<host>[\w.:-]{1,255}) (?P<program>[\w./@()-]{1,100})(?:\[\d{1,10}\])?: ?", re.ASCII
)
_STRUCTURED = re.compile(
    r"[\w.:-]{1,255} (?P<program>\S{1,48}) \S{1,128} \S{1,32} "
    r"(?:- |(?:\[(?:[^\]\\]|\\.){0,1000}\])+ ?|-$)"
)
_LOGFMT = re.compile(r'\b(?:level|lvl|severity)="?(?P<level>[A-Za-z]{1,9})\b')
_LOGFMT_TIME = re.compile(
    r'(?:time|ts|t|timestamp)="?(?=\d)|(?:level|lvl)="?\w{1,9}"? (?:time|ts)="?(?=\d)'
)
_LOGFMT_WITHIN = 300

_SUDDEN_END = re.compile(
    r"(?:Terminating|Aborting) due to java\.lang\.OutOfMemoryError"
    r"|# A fatal error has been detected by the Java Runtime Environment"
    r"|# There is insufficient memory for the Java Runtime Environment"
    r"|# java\.lang\.OutOfMemoryError"
    r"|#  Internal Error \("
    r"|Error occurred during initialization of (?:VM|boot layer)"
    r"|Error: Could not create the Java Virtual Machine"
    r"|Exception: \S{1,200} thrown from the UncaughtExceptionHandler in thread "
    r"|Fatal Python error: "
    r"|(?:\S{1,200}: line \d+: +)?(?:\d+ )?"
    r"(?:Killed|Segmentation fault|Aborted|Bus error|Illegal instruction)"
    r"(?: +\(core dumped\))?(?:  .*)?$"
    r"|terminate called after throwing an instance of "
)
"""What is written where a process dies, whatever it said before."""
_ALONE = (
    "Exception in thread ",
    "Error: ",
    "Error occurred ",
    "Traceback (most recent call last)",
    "java.lang.OutOfMemoryError",
)
"""Errors of the JVM and of Python outside log4j; within a warning's entry they are part of that."""
_VM_WARNING = re.compile(
    r"(?:OpenJDK|Java HotSpot\(TM\)) [\w-]{1,20} (?:Server |Client )?VM warning: "
)
_KERNEL_ERROR = re.compile(r"(?:Memory cgroup o|O)ut of memory: Kill")
"""What the kernel logs as an error; its level is in no file of syslog's."""
_CRASH_TIME = re.compile(r"Time: (?=[A-Z])")


class Head(NamedTuple):
    """What the beginning of a line says."""

    level: Level | None = None
    stamp: Stamp | None = None
    begin: int = 0
    end: int = 0
    """Where the time stands, with the blanks behind it; both 0 without one."""
    alone: bool = False
    """Whether it is an error only where no warning or error came before it."""
    second: bool = False
    """Whether it is the second line of java.util.logging's two."""


_NOTHING = Head()


def head_of(text: str) -> Head:
    """Return what a line's beginning says; the work does not grow with the line."""
    first = text[:1]
    if not first or first == "\t":
        return _NOTHING
    if (first.isdigit() or first == "[") and (head := _stamped(text, 0)):
        return head
    if first == "<" and (priority := _PRIORITY.match(text)):
        return _prioritized(text, priority)
    begin = 0
    if text.find("%|", 0, 120) > 0 or text.startswith("[Stage "):
        progress = _PROGRESS.match(text)
        begin = progress.end() if progress else 0
    if begin == 0 and first == " ":
        # `%5p` puts a blank in front of levels of four letters.
        return _unstamped(text, 1) if text.startswith((" INFO ", " WARN ")) else _NOTHING
    if head := _stamped(text, begin):
        return head._replace(begin=0) if begin else head
    return _unstamped(text, begin)


def _prioritized(text: str, priority: re.Match[str]) -> Head:
    head = _stamped(text, priority.end())
    if head is None:
        return _NOTHING
    return head._replace(level=head.level or _SEVERITIES[int(priority["priority"]) & 7], begin=0)


class Wrapped(NamedTuple):
    """A line that a container wrote, as its runtime logged it."""

    stamp: Stamp | None
    written: str
    """The runtime's time, as it is in the log."""
    line: str


def cri_line(text: str) -> Wrapped | None:
    """Return what a line of the Container Runtime Interface wraps: `TIME stdout F LINE`."""
    found = stamp_at(text) if text.find(" std", 19, 45) > 0 else None
    if found is None or (cri := _CRI.match(text, found.end)) is None:
        return None
    return Wrapped(found.stamp, text[: found.end].rstrip(), text[cri.end() :])


def level_named(word: str) -> Level | None:
    """Return the level that a layout's word stands for, in capitals or not."""
    return _WORDS.get(word.upper())


def severity(number: int) -> Level | None:
    """Return the level of a severity of syslog."""
    return _SEVERITIES[number] if 0 <= number < len(_SEVERITIES) else None


def stamp_span(text: str) -> tuple[int, int]:
    """Return where the time at the front of a line stands, with the blanks after it; (0, 0)."""
    head = head_of(text)
    return head.begin, head.end


def without_stamp(text: str) -> str:
    """Return a line without the time at its front."""
    begin, end = stamp_span(text)
    return text[:begin] + text[end:]


def _stamped(text: str, at: int) -> Head | None:
    """Read a line that begins with a time."""
    found = stamp_at(text, at)
    if found is None:
        return None
    end = found.end
    if found.level:
        return Head(_GLOG[found.level], found.stamp, at, found.end)
    if text[end : end + 1].isdigit() or text[end : end + 1] == "[":
        end = uptime_end(text, end)
    level = _level_after(text, end)
    if level is None:
        if found.weak and text[end : end + 1] != "[":
            return None
        level = _message_level(text, end)
    return Head(level, found.stamp, at, end)


def _level_after(text: str, at: int) -> Level | None:
    """Return the level that is behind a time, with only fields in between."""
    words = 0
    for _ in range(FIELDS_MOST):
        if level := _LEVEL.match(text, at):
            return _WORDS[(level["bare"] or level["closed"]).upper()]
        if field := _FIELD.match(text, at):
            at = field.end()
            continue
        word = _WORD.match(text, at)
        if word is None or words == _WORDS_MOST or _NAME.match(word["word"]) is None:
            return None
        words += 1
        at = word.end()
    return None


def _message_level(text: str, at: int) -> Level | None:
    """Return the level that the message of syslog behind a time says itself."""
    tag = _SYSLOG.match(text, at) or _STRUCTURED.match(text, at)
    if tag is None:
        fields = _LOGFMT.search(text, at, at + _LOGFMT_WITHIN)
        return level_named(fields["level"]) if fields else None
    at = uptime_end(text, tag.end())
    if tag["program"] == "kernel":
        return Level.ERROR if _KERNEL_ERROR.match(text, at) else None
    return head_of(text[at : at + 1000].lstrip("\ufeff")).level


def _unstamped(text: str, begin: int) -> Head:
    """Read a line that begins with a level, with brackets, or with what a dying process says."""
    at = begin
    if text.startswith("[", begin) and (brackets := _BRACKETS.match(text, begin)):
        at = brackets.end() if _FRONT.match(text, begin) is None else begin
    if front := _FRONT.match(text, at):
        level = _WORDS[(front["bare"] or front["jul"] or front["closed"]).upper()]
        found, place = _stamp_behind(text, front.end())
        if found:
            return Head(level, found.stamp, place, found.end)
        if at == begin or front["bare"] or front["closed"]:
            return Head(level, second=front["jul"] is not None or text[front.end() :][:2] == ": ")
    if at > begin and (head := _stamped(text, at)):
        return head
    return _dying(text) or _logfmt(text) or _NOTHING


def _stamp_behind(text: str, at: int) -> tuple[Found | None, int]:
    """Return the time behind a level: at once, or after a thread in brackets."""
    for _ in range(3):
        while text[at : at + 1] in (" ", "\t", "-", ":", "|"):
            at += 1
        if found := stamp_at(text, at):
            return (None if found.weak else found), at
        field = _BRACKETS.match(text, at)
        if field is None:
            break
        at = field.end()
    return None, 0


def _dying(text: str) -> Head | None:
    if _SUDDEN_END.match(text):
        return Head(Level.ERROR)
    if text.startswith(_ALONE):
        return Head(Level.ERROR, alone=True)
    if _VM_WARNING.match(text):
        return Head(Level.WARN)
    if (crash := _CRASH_TIME.match(text)) and (found := stamp_at(text, crash.end())):
        return Head(Level.ERROR, found.stamp) if " elapsed time: " in text[:120] else None
    return None


def _logfmt(text: str) -> Head | None:
    if "=" not in text[:12]:
        return None
    level = _LOGFMT.search(text, 0, _LOGFMT_WITHIN)
    when = _LOGFMT_TIME.match(text)
    found = stamp_at(text.replace('"', " ", 4), when.end()) if when else None
    if level is None and found is None:
        return None
    if level is not None and found is None and level.start() > 0:
        return None
    return Head(level_named(level["level"]) if level else None, found.stamp if found else None)

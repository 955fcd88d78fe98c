"""Lines that are JSON objects, as people read them.

Read are Spark's structured logging (SparkLayout.json of Spark 4.0 to 4.3: `ts`, `level`, `msg`,
`logger`, `exception`), log4j2's JsonLayout and the templates of its JsonTemplateLayout (ECS, GELF,
Google Cloud, Logstash), and the lines that Docker's json-file driver wraps.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from pitui.domain.logs.log_line import Level
from pitui.spark.logs.log_head import Wrapped, level_named, severity
from pitui.spark.logs.log_stamp import Stamp, stamp_at

_STAMPS = ("ts", "@timestamp", "timestamp", "time", "asctime", "timeMillis", "instant")
_LEVELS = ("level", "log.level", "severity", "levelname", "lvl", "log_level")
_MESSAGES = ("msg", "message", "short_message")
_LOGGERS = ("logger", "log.logger", "loggerName", "logger_name", "_logger", "name")
_TRACES = ("exception", "error", "thrown", "error.stack_trace", "stack_trace", "full_message",
           "exc_info")  # fmt: skip
_BESIDE = (
    "context", "log", "version", "ecs.version", "ecs", "@version", "host", "_thread", "thread",
    "threadId", "threadPriority", "thread_name", "process.thread.name", "process", "endOfBatch",
    "loggerFqcn", "error.type", "error.message", "level_value", "source_host", "line_number",
    "class", "method", "file", "mdc", "contextMap", "contextStack",
    "serviceContext", "timestampSeconds", "timestampNanos",
)  # fmt: skip
"""Fields that layouts write with every line; others are a program's own, and shown."""
_GOOGLES = "logging.googleapis.com/"
_MILLISECONDS_FROM = 1e11
_DOCKER = {"log", "stream", "time", "attrs"}


class Entry(NamedTuple):
    """What a line of JSON says."""

    level: Level | None
    stamp: Stamp | None
    lines: list[str]
    """`TIME LEVEL LOGGER: MESSAGE` and those of the exception; empty where it is no message."""
    wrapped: Wrapped | None = None
    """The line of a container that this is, which has to be read itself."""


def read_json(text: str) -> Entry | None:
    """Return what a line says; None where it is no JSON object."""
    try:
        fields = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    if not isinstance(fields, dict):
        return None
    if isinstance(fields.get("log"), str) and fields.keys() <= _DOCKER and len(fields) > 1:
        return Entry(None, None, [], Wrapped(*_stamp_field(fields), fields["log"].rstrip("\r\n")))
    stamp, written = _stamp_field(fields)
    level, word = _level(fields)
    message = _first_field(fields, _MESSAGES)
    if not (isinstance(message, str) and written and word):
        return Entry(level, stamp, [])
    logger = _first_field(fields, _LOGGERS)
    named = f"{logger}: " if isinstance(logger, str) and logger else ""
    head = f"{written} {word} {named}{message}".rstrip("\n").split("\n")
    if own := _unknown_fields(fields):
        head[-1] += " " + msgspec.json.encode(own).decode()
    return Entry(level, stamp, head + _trace(fields))


def _first_field(fields: Mapping[str, Any], names: tuple[str, ...]) -> object:
    """Return the first of some fields that is there: `log.level` also as `level` of `log`."""
    for name in names:
        value = fields.get(name)
        if value is None and "." in name:
            outer, _, inner = name.partition(".")
            within = fields.get(outer)
            value = within.get(inner) if isinstance(within, dict) else None
        if value is not None:
            return value
    return None


def _stamp_field(fields: Mapping[str, Any]) -> tuple[Stamp | None, str]:
    """Return the time, and how it is written at the front of the line."""
    value = _first_field(fields, _STAMPS)
    if isinstance(value, str):
        found = stamp_at(value)
        return (found.stamp if found else None), value
    epoch: float | None = None
    if value is None:
        value = {"epochSecond": fields.get("timestampSeconds"),
                 "nanoOfSecond": fields.get("timestampNanos", 0)}  # fmt: skip
    if isinstance(value, dict):
        seconds, nanos = value.get("epochSecond"), value.get("nanoOfSecond", 0)
        if isinstance(seconds, int) and isinstance(nanos, int):
            epoch = seconds + nanos / 1e9
    elif isinstance(value, int | float) and not isinstance(value, bool):
        epoch = value / 1000 if value > _MILLISECONDS_FROM else float(value)
    if epoch is None or not 0 < epoch < _MILLISECONDS_FROM:
        return None, ""
    moment = datetime.fromtimestamp(epoch, UTC)
    return Stamp(epoch=epoch), moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _level(fields: Mapping[str, Any]) -> tuple[Level | None, str]:
    value = _first_field(fields, _LEVELS)
    if isinstance(value, str):
        return level_named(value), value.upper()
    if isinstance(value, int) and "short_message" in fields and (found := severity(value)):
        return found, found.value
    return None, ""


def _unknown_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    known = {*_STAMPS, *_LEVELS, *_MESSAGES, *_LOGGERS, *_TRACES, *_BESIDE}
    return {
        name: value
        for name, value in fields.items()
        if name not in known and not name.startswith(_GOOGLES) and value not in (None, "", {}, [])
    }


def _trace(fields: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for name in _TRACES:
        value = fields.get(name)
        if isinstance(value, str) and value:
            lines += _text_lines(value)
        elif isinstance(value, list):
            lines += _frames(value)
        elif isinstance(value, dict):
            lines += _exception(value)
        if lines:
            return lines
    return _text_lines(": ".join(
        str(fields[name]) for name in ("error.type", "error.message") if fields.get(name)
    ))  # fmt: skip


def _exception(exception: Mapping[str, Any]) -> list[str]:
    for key in ("stacktrace", "stack_trace", "extendedStackTrace"):
        frames = exception.get(key)
        if isinstance(frames, str) and frames:
            return _text_lines(frames)
        if isinstance(frames, list):
            break
    name = _first_field(exception, ("class", "type", "name", "exception_class"))
    message = _first_field(exception, ("msg", "message", "localizedMessage", "exception_message"))
    head = ": ".join(str(part) for part in (name, message) if part)
    return _text_lines(head) + (_frames(frames) if isinstance(frames, list) else [])


def _frames(frames: list[Any]) -> list[str]:
    return [
        f"\tat {frame.get('class')}.{frame.get('method')}({frame.get('file')}:{frame.get('line')})"
        if isinstance(frame, dict)
        else str(frame)
        for frame in frames
    ]


def _text_lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").rstrip("\n").split("\n") if text else []

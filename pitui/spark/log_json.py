"""Entries that Spark 4 writes as JSON (spark.log.structuredLogging.enabled), as people read them.

The fields are those of org/apache/spark/SparkLayout.json in Spark 4.0 to 4.3: `ts`, `level`, `msg`,
`logger`, and `exception` with `class`, `msg` and `stacktrace`.
"""

import json


def readable(text: str) -> list[str] | None:
    """Return an entry as `TIME LEVEL LOGGER: MESSAGE` and the lines of its exception.

    None for a line that is no such entry; a program may write JSON of its own.
    """
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    stamp, level, message = (fields.get(key) for key in ("ts", "level", "msg"))
    if not (isinstance(stamp, str) and isinstance(level, str) and isinstance(message, str)):
        return None
    logger = fields.get("logger")
    named = f"{logger}: " if isinstance(logger, str) and logger else ""
    lines = f"{stamp} {level} {named}{message}".rstrip("\n").split("\n")
    return lines + _exception(fields.get("exception"))


def _exception(exception: object) -> list[str]:
    if not isinstance(exception, dict):
        return []
    name, message = (exception.get(key) for key in ("class", "msg"))
    head = ": ".join(str(part) for part in (name, message) if part)
    frames = exception.get("stacktrace")
    return (head.rstrip("\n").split("\n") if head else []) + [
        f"\tat {frame.get('class')}.{frame.get('method')}({frame.get('file')}:{frame.get('line')})"
        for frame in (frames if isinstance(frames, list) else [])
        if isinstance(frame, dict)
    ]

"""The times at the front of lines of logs, in the forms that people's layouts write.

log4j's named patterns are those of its manual (Pattern Layout, `%d`), syslog's those of RFC 3164
and RFC 5424, the JVM's those of `-Xlog` and of Java 8's `-XX:+PrintGCDateStamps`.
"""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, start=1)}
_HOURS_EAST = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_OF_THE_NODE = ("CST", "IST", "BST")
"""Short names that mean several zones: the node's is the likely one."""

_DAY_S = 86_400
_FUTURE_S = _DAY_S
"""How far ahead of its file's last change a line without a year may be."""
_CLOCK_FUTURE_S = 3600
_UPTIME_SLACK_S = 2.0
_OLDEST_YEARS = 8
"""Years that are tried: a 29 February is that far from the next one at most."""


class Stamp(NamedTuple):
    """A time as a line says it, with what it leaves open."""

    year: int = 0
    """0 where the line says none."""
    month: int = 0
    """0 where the line says only a time of day."""
    day: int = 0
    second: float = 0.0
    """Of the day."""
    zone: str | None = None
    epoch: float | None = None
    """Unix time, where that is what the line says."""
    uptime: float | None = None
    """Seconds since the JVM or the kernel started, where that is all."""
    kernel: bool = False


class FileTimes(NamedTuple):
    """What is known of a log's file, in Unix time by its node's clock; None where it is not."""

    born: float | None = None
    changed: float | None = None
    """None also while the file is followed: what comes is of now."""
    booted: float | None = None
    """When the node's kernel started."""


def zone_seconds(zone: str) -> int:
    """Return the seconds east of UTC of `Z`, `+01`, `+0130`, `-01:30`, `CET`."""
    if zone[0] not in "+-":
        return _HOURS_EAST.get(zone, 0) * 3600
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60
    return -seconds if zone[0] == "-" else seconds


def resolved(stamp: Stamp, zone_s: int, file: FileTimes) -> float | None:
    """Return a stamp's Unix time; None where it is no time or cannot be known.

    A year that is left out is the last in which the time is not after the file's last change, a
    day likewise; an uptime counts from the file's birth, the kernel's from the node's.
    """
    if stamp.epoch is not None:
        return stamp.epoch
    if stamp.uptime is not None:
        return _from_uptime(stamp.uptime, file, kernel=stamp.kernel)
    if stamp.zone is not None and stamp.zone not in _OF_THE_NODE:
        zone_s = zone_seconds(stamp.zone)
    if stamp.year:
        midnight = _midnight(stamp.year, stamp.month, stamp.day)
        return None if midnight is None else midnight + stamp.second - zone_s
    latest = file.changed if file.changed is not None else time.time()
    if not stamp.month:
        day = (latest + zone_s) // _DAY_S * _DAY_S
        at = day + stamp.second - zone_s
        return at - _DAY_S if at > latest + _CLOCK_FUTURE_S else at
    newest = time.gmtime(latest + zone_s + _FUTURE_S).tm_year
    for year in range(newest, newest - _OLDEST_YEARS - 1, -1):
        midnight = _midnight(year, stamp.month, stamp.day)
        if midnight is not None and midnight + stamp.second - zone_s <= latest + _FUTURE_S:
            return midnight + stamp.second - zone_s
    return None


def _from_uptime(uptime: float, file: FileTimes, *, kernel: bool) -> float | None:
    begin = file.born
    if begin is None:
        return None
    if kernel:
        if file.booted is None or begin < file.booted - _UPTIME_SLACK_S:
            return None
        begin = file.booted
    latest = file.changed if file.changed is not None else time.time()
    # A file that was copied or begun anew by rotation is younger than what its lines count from.
    return begin + uptime if begin + uptime <= latest + _UPTIME_SLACK_S else None


@lru_cache(maxsize=256)
def _midnight(year: int, month: int, day: int) -> float | None:
    try:
        return datetime(year, month, day, tzinfo=UTC).timestamp()
    except ValueError:
        return None


_CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)(?P<fraction>[.,]\d{1,9})?"
_NAMES = "|".join((*_HOURS_EAST, *_OF_THE_NODE))
_ZONE = rf"(?P<zone> ?(?:Z|{_NAMES})(?![A-Za-z0-9_])| ?[+-]\d\d:?\d\d(?!\d)|[+-]\d\d(?![\d:]))?"
_OPEN = r"[\[(]?"
_AFTER = r"[\])]?:?(?:[ \t]+(?:[-|][ \t]+)?|(?=\[)|$)"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?"


def _stamp_pattern(form: str, after: str = _AFTER) -> re.Pattern[str]:
    return re.compile(_OPEN + form + after, re.ASCII)


_ISO = _stamp_pattern(
    r"(?P<year>\d{4}|\d\d)(?P<mark>[-/.])(?P<month>\d\d)(?P=mark)(?P<day>\d\d)[ T]"
    rf"{_CLOCK}{_ZONE}"
)
_YEAR_LAST = _stamp_pattern(rf"(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{{4}}) {_CLOCK}{_ZONE}")
_DAY_FIRST = _stamp_pattern(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})[ /-]{_MONTH}[ /-](?P<year>\d{{4}})[ :]{_CLOCK}{_ZONE}"
)
_MONTH_FIRST = _stamp_pattern(
    rf"{_WEEKDAY}{_MONTH} {{1,2}}(?P<day>\d{{1,2}}),?(?: (?P<year>\d{{4}}),?)?"
    r" {1,2}(?P<clock>\d{1,2}:\d\d:\d\d)(?P<fraction>[.,]\d{1,9})?(?:[ \u202f](?P<half>[AP]M))?"
    rf"{_ZONE}(?: (?P<later>\d{{4}}))?"
)
_COMPACT = _stamp_pattern(
    r"(?P<year>[12]\d{3})(?P<month>\d\d)(?P<day>\d\d)T?(?P<clock>\d{6})(?P<fraction>[.,]?\d{3})"
    + _ZONE
)
_TIME_OF_DAY = _stamp_pattern(_CLOCK + _ZONE)
_GLOG = re.compile(
    r"(?P<letter>[IWEFD])(?P<year>\d{4})?(?P<month>\d\d)(?P<day>\d\d) {1,2}"
    rf"{_CLOCK}[ \t]+",
    re.ASCII,
)
_EPOCH = _stamp_pattern(r"(?P<epoch>[1-9]\d{9}(?:\.\d{1,9}|\d{3})?)")
_JVM_UPTIME = re.compile(
    r"\[(?P<amount>\d{1,9}[.,]\d{1,3}(?=s)|\d{1,18}(?=[mn]s))(?P<unit>s|ms|ns)\](?=\[|[ \t])[ \t]*"
    r"|(?P<old>\d{1,9}[.,]\d{3}): (?=\[|#|Total time|Application time)",
    re.ASCII,
)
_KERNEL_UPTIME = re.compile(r"\[ *(?P<seconds>\d{1,9}\.\d{1,9})\] ", re.ASCII)
_OLDEST_SPARK = 2010
_EPOCH_FROM = 1e9
"""Seconds that are no uptime: 31 years."""
_UNITS = {"s": 1.0, "ms": 1e-3, "ns": 1e-9}


class Found(NamedTuple):
    """A stamp and where it stands."""

    stamp: Stamp
    end: int
    """Behind it, what closes it and the blanks."""
    level: str = ""
    """glog's letter."""
    weak: bool = False
    """Whether the same could be a number or a time in a text: only a level beside it tells."""


def stamp_at(text: str, at: int = 0) -> Found | None:
    """Return the stamp that begins at a place in a line; None without one."""
    first = text[at : at + 1]
    if first in {"[", "("}:
        first = text[at + 1 : at + 2].replace(" ", "0")
    if first.isdigit():
        forms = _NUMERIC
    elif first and first in "JFMASONDTWIE":
        forms = _NAMED
    else:
        return None
    for form, build in forms:
        match = form.match(text, at)
        if match and (found := build(match)):
            return found
    return None


def _iso_stamp(match: re.Match[str]) -> Found | None:
    year, _, month, day, clock, fraction, zone = match.groups()
    return _numeric(match.end(), (year, month, day), clock, fraction, zone)


def _year_last(match: re.Match[str]) -> Found | None:
    first, second, year, clock, fraction, zone = match.groups()
    # log4j's US_MONTH_DAY_YEAR4_TIME has, whatever its name says, the day first.
    day, month = (second, first) if int(second) > 12 else (first, second)
    return _numeric(match.end(), (year, month, day), clock, fraction, zone)


def _compact(match: re.Match[str]) -> Found | None:
    year, month, day, clock, fraction, zone = match.groups()
    clock = f"{clock[:2]}:{clock[2:4]}:{clock[4:]}"
    return _numeric(match.end(), (year, month, day), clock, "." + fraction[-3:], zone)


def _numeric(
    end: int, date: tuple[str, str, str], clock: str, fraction: str | None, zone: str | None
) -> Found | None:
    year, month, day = map(int, date)
    if year < 100:
        year, month, day = _two_digits(year, month, day)
    second = _of_day(clock, fraction)
    if second is None:
        return None
    return Found(Stamp(year, month, day, second, zone and zone.lstrip()), end)


def _two_digits(first: int, second: int, third: int) -> tuple[int, int, int]:
    """Return year, month and day: Spark writes them in this order, log4j's US_..._YEAR2_TIME not.

    A year before Spark's first, or one to come, is none.
    """
    newest = time.gmtime().tm_year + 1
    if _OLDEST_SPARK <= first + 2000 <= newest and second <= 12:
        return first + 2000, second, third
    if _OLDEST_SPARK <= third + 2000 <= newest:
        return (third + 2000, *((first, second) if second > 12 else (second, first)))
    return first + 2000, second, third


def _with_month(match: re.Match[str]) -> Found | None:
    groups = match.groupdict()
    year = int(groups["year"] or groups.get("later") or 0)
    return _found(match, year, _MONTH_NUMBERS[match["month"]], int(match["day"]))


def _time_of_day(match: re.Match[str]) -> Found | None:
    found = _found(match, 0, 0, 0)
    return found and found._replace(weak=match["fraction"] is None)


def _glog(match: re.Match[str]) -> Found | None:
    found = _found(match, int(match["year"] or 0), int(match["month"]), int(match["day"]))
    if found is None or not 1 <= found.stamp.month <= 12:
        return None
    return found._replace(level=match["letter"])


def _found(match: re.Match[str], year: int, month: int, day: int) -> Found | None:
    groups = match.groupdict()
    second = _of_day(groups["clock"].zfill(8), groups["fraction"])
    if second is None:
        return None
    half = groups.get("half")
    if half:
        second = second % 43_200 + (43_200 if half == "PM" else 0)
    zone = groups.get("zone")
    return Found(Stamp(year, month, day, second, zone and zone.lstrip()), match.end())


def _of_day(clock: str, fraction: str | None) -> float | None:
    hour, minute, second = int(clock[:2]), int(clock[3:5]), int(clock[6:])
    if hour > 23 or minute > 59 or second > 60:
        return None
    whole = hour * 3600 + minute * 60 + second
    return whole + float("0." + fraction[1:]) if fraction else float(whole)


def _epoch(match: re.Match[str]) -> Found:
    digits = match["epoch"]
    epoch = int(digits) / 1000 if len(digits) == 13 and "." not in digits else float(digits)
    return Found(Stamp(epoch=epoch), match.end(), weak=True)


def _jvm_uptime(match: re.Match[str]) -> Found:
    seconds = (
        float((match["old"] or match["amount"]).replace(",", ".")) * _UNITS[match["unit"] or "s"]
    )
    if match["unit"] == "ms" and seconds > _EPOCH_FROM:
        # -Xlog's `timemillis`
        return Found(Stamp(epoch=seconds), match.end())
    return Found(Stamp(uptime=seconds), match.end())


def _kernel_uptime(match: re.Match[str]) -> Found:
    return Found(Stamp(uptime=float(match["seconds"]), kernel=True), match.end())


_Form = tuple[re.Pattern[str], Callable[[re.Match[str]], Found | None]]
_NUMERIC: list[_Form] = [
    (_ISO, _iso_stamp),
    (_JVM_UPTIME, _jvm_uptime),
    (_KERNEL_UPTIME, _kernel_uptime),
    (_TIME_OF_DAY, _time_of_day),
    (_DAY_FIRST, _with_month),
    (_YEAR_LAST, _year_last),
    (_COMPACT, _compact),
    (_EPOCH, _epoch),
]
_NAMED: list[_Form] = [(_MONTH_FIRST, _with_month), (_DAY_FIRST, _with_month), (_GLOG, _glog)]


def uptime_end(text: str, at: int) -> int:
    """Return where an uptime ends that follows a stamp; the same place without one."""
    for form in (_KERNEL_UPTIME, _JVM_UPTIME):
        if match := form.match(text, at):
            return match.end()
    return at

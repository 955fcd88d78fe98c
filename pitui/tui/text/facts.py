"""What the details of a row are made of, whatever the row is of."""

from datetime import datetime

Facts = list[tuple[str, str]]
"""Names and values, the most important first."""


def local_time(unix_time: float) -> str:
    """Return a local time of day, with the date where it is not today's."""
    moment = datetime.fromtimestamp(unix_time).astimezone()
    today = datetime.now().astimezone().date()
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M:%S")

"""Which Spark it is: from a web page, a `RELEASE` file, or the name of spark-core's jar."""

import re

_NUMBER = r"\d+\.\d+\.\d+(?:[-.][0-9A-Za-z.-]*[0-9A-Za-z])?"
_IN_PAGE = re.compile(rf"class=\"version\b[^>]*>\s*({_NUMBER})\s*<")
_IN_RELEASE = re.compile(rf"^Spark ({_NUMBER})\b", re.MULTILINE)
_IN_JAR = re.compile(rf"\bspark-core_[\d.]+-({_NUMBER})\.jar\b")


def page_version(html: str) -> str | None:
    """Return the version in the header of a master's or worker's page."""
    match = _IN_PAGE.search(html)
    return match[1] if match else None


def home_version(output: str) -> str | None:
    """Return the version of a Spark home; the jar's name decides, for it is what runs."""
    match = _IN_JAR.search(output) or _IN_RELEASE.search(output)
    return match[1] if match else None

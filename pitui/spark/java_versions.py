"""Which versions of Java a Spark runs on."""

import re

JAVA_24 = 24
"""From it on, Java lacks what Hadoop's client used before HADOOP-19212, and so Spark 4.0 and older
end with `getSubject is not supported`."""


def series_of(version: str) -> tuple[int, int] | None:
    """Return the major and minor version of a Spark version, None where it has none."""
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else None


def supported(series: tuple[int, int] | None) -> tuple[int, ...]:
    """Return the Java versions that a Spark supports, the one to install first.

    Spark 4 runs on 17 and 21, 3.3 and later on 8 to 17, older ones on 8 to 11 (each release's
    documentation, "Downloading"). Unknown: 17, which both of today's series take.
    """
    if series is None:
        return (17,)
    if series >= (4, 0):
        return (17, 21)
    newest = 17 if series >= (3, 3) else 11
    # Those with long-term support are what distributions have; others may be there by hand.
    return tuple(sorted(range(8, newest + 1), key=lambda major: (major not in (8, 11, 17), -major)))


def runs_on(series: tuple[int, int]) -> tuple[int, int]:
    """Return the oldest and the newest Java that a Spark is known to run on.

    Wider than `supported`: what lies between two supported versions runs, and 25 from Spark 4.1 on.
    """
    majors = supported(series)
    return min(majors), 25 if series >= (4, 1) else max(majors)


def versions_in_words(majors: tuple[int, ...]) -> str:
    """Return versions as a person would say them: `17 or 21`, `8 to 17`."""
    if len(majors) > 2:
        return f"{min(majors)} to {max(majors)}"
    return " or ".join(str(major) for major in majors)

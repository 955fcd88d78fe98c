"""spark-submit's arguments: reading a person's, and adding what this cluster needs.

Options and their meaning: https://spark.apache.org/docs/latest/submitting-applications.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_FLAGS = frozenset({"--supervise", "--verbose", "-v", "--version", "--help", "-h", "--usage-error"})
_CONF_OF_OPTION = {
    "--executor-memory": "spark.executor.memory",
    "--driver-memory": "spark.driver.memory",
    "--executor-cores": "spark.executor.cores",
    "--total-executor-cores": "spark.cores.max",
    "--deploy-mode": "spark.submit.deployMode",
    "--master": "spark.master",
    "--name": "spark.app.name",
}


@dataclass(frozen=True, slots=True)
class SubmitArguments:
    """spark-submit's command line, taken apart."""

    options: tuple[str, ...]
    """Everything before the application, as it was given."""
    application: str | None
    """The primary resource: a .py or .jar; None where there is none (`--version`)."""
    arguments: tuple[str, ...] = ()
    """What the application gets."""
    conf: Mapping[str, str] = field(default_factory=dict)
    """Spark's properties that the options set, `--executor-memory` and the like among them."""
    properties_file: str | None = None

    def with_application(self, path: str) -> "SubmitArguments":
        """Return the same command line for an application at another path."""
        return SubmitArguments(self.options, path, self.arguments, self.conf, self.properties_file)

    def words(self, added: Iterable[str] = ()) -> list[str]:
        """Return spark-submit's arguments, `added` options before the person's own."""
        application = [] if self.application is None else [self.application]
        return [*added, *self.options, *application, *self.arguments]


def parse_submit(words: Sequence[str]) -> SubmitArguments:
    """Take spark-submit's arguments apart; unknown options are passed on as they are.

    Raises:
        ValueError: an option lacks its value.
    """
    conf: dict[str, str] = {}
    properties_file = None
    position = 0
    while position < len(words) and words[position].startswith("-"):
        option, equals, value = words[position].partition("=")
        position += 1
        if option in _FLAGS:
            continue
        if not (equals and option.startswith("--")):
            if position == len(words):
                raise ValueError(f"{option} needs a value")
            value = words[position]
            position += 1
        if option in ("--conf", "-c"):
            key, _, setting = value.partition("=")
            conf[key.strip()] = setting.strip()
        elif option == "--properties-file":
            properties_file = value
        elif option in _CONF_OF_OPTION:
            conf[_CONF_OF_OPTION[option]] = value
    application = words[position] if position < len(words) else None
    return SubmitArguments(
        options=tuple(words[:position]),
        application=application,
        arguments=tuple(words[position + 1 :]),
        conf=conf,
        properties_file=properties_file,
    )


def parse_properties(text: str) -> dict[str, str]:
    """Return the settings of a spark-defaults.conf (Java properties, one a line)."""
    settings = {}
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare[0] in "#!":
            continue
        key, value = _split_property(bare)
        settings[key] = value
    return settings


def _split_property(line: str) -> tuple[str, str]:
    for position, character in enumerate(line):
        if character in " \t=:":
            return line[:position], line[position:].lstrip(" \t").lstrip("=:").strip()
    return line, ""

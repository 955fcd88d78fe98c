"""spark-submit's arguments: reading a person's, and adding what this cluster needs.

The options and how they are read are those of `org.apache.spark.launcher.SparkSubmitOptionParser`
of Spark 3.5 to 4.3; a test asks it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pitui.config.did_you_mean import did_you_mean

OPTIONS = frozenset(
    {
        "--archives", "--class", "--conf", "--deploy-mode", "--driver-class-path", "--driver-cores",
        "--driver-default-class-path", "--driver-java-options", "--driver-library-path",
        "--driver-memory", "--exclude-packages", "--executor-cores", "--executor-memory",
        "--extra-properties-file", "--files", "--jars", "--keytab", "--kill", "--master", "--name",
        "--num-executors", "--packages", "--principal", "--properties-file", "--proxy-user",
        "--py-files", "--queue", "--remote", "--repositories", "--status", "--total-executor-cores",
    }
)  # fmt: skip
"""Options with a value."""

SWITCHES = frozenset(
    {"--help", "--load-spark-defaults", "--supervise", "--usage-error", "--verbose", "--version"}
)
SHORT = {"-c": "--conf", "-h": "--help", "-v": "--verbose"}

_CONF_OF_OPTION = {
    "--archives": "spark.archives",
    "--deploy-mode": "spark.submit.deployMode",
    "--driver-class-path": "spark.driver.extraClassPath",
    "--driver-memory": "spark.driver.memory",
    "--executor-cores": "spark.executor.cores",
    "--executor-memory": "spark.executor.memory",
    "--files": "spark.files",
    "--jars": "spark.jars",
    "--master": "spark.master",
    "--name": "spark.app.name",
    "--py-files": "spark.submit.pyFiles",
    "--remote": "spark.remote",
    "--total-executor-cores": "spark.cores.max",
}
_WITHOUT_APPLICATION = frozenset({"--help", "--kill", "--status", "--usage-error", "--version"})
_RUN_EXAMPLE = "run-example"
_INTERNAL = frozenset({"spark-internal", "spark-shell", "pyspark-shell", "sparkr-shell"})
_WITH_VALUE = re.compile(r"(--[^=]+)=(.+)")


@dataclass(frozen=True, slots=True)
class Option:
    """One option by its long name; a switch has no value."""

    name: str
    value: str | None = None

    def words(self) -> tuple[str, ...]:
        """Return the option as words of a command line."""
        return (self.name,) if self.value is None else (self.name, self.value)


@dataclass(frozen=True, slots=True)
class SubmitArguments:
    """spark-submit's command line, taken apart."""

    options: tuple[Option, ...]
    """Everything before the application, in the order in which it was given."""
    application: str | None
    """The primary resource: a .py or .jar; None where there is none (`--version`)."""
    arguments: tuple[str, ...] = ()
    """What the application gets."""
    is_example: bool = False
    """Whether the application is the class of one of Spark's examples (`run-example`)."""

    @property
    def names(self) -> frozenset[str]:
        """The long names of the options."""
        return frozenset(option.name for option in self.options)

    @property
    def conf(self) -> Mapping[str, str]:
        """Spark's properties that the options set; `--executor-memory` wins over `--conf`."""
        conf: dict[str, str] = {}
        special: dict[str, str] = {}
        for option in self.options:
            if option.name == "--conf":
                key, _, value = (option.value or "").partition("=")
                conf[key] = value
            elif option.name in _CONF_OF_OPTION:
                special[_CONF_OF_OPTION[option.name]] = option.value or ""
        return conf | special

    @property
    def reads_defaults(self) -> bool:
        """Whether the node's spark-defaults.conf counts where nothing else says anything."""
        return "--properties-file" not in self.names or "--load-spark-defaults" in self.names

    @property
    def needs_application(self) -> bool:
        """Whether an application is run, rather than a version printed or a driver killed."""
        return not _WITHOUT_APPLICATION & self.names

    @property
    def application_is_file(self) -> bool:
        """Whether the application is a file, and no class of Spark's own."""
        return not (self.application is None or self.is_example or self.application in _INTERNAL)

    @property
    def in_cluster_mode(self) -> bool:
        """Whether the driver runs on one of the workers."""
        return self.conf.get("spark.submit.deployMode") == "cluster"

    def with_conf(self, settings: Mapping[str, str]) -> "SubmitArguments":
        """Return the same command line with more `--conf` behind the options."""
        more = tuple(Option("--conf", f"{key}={value}") for key, value in settings.items())
        return replace(self, options=self.options + more)

    def words(self, added: Iterable[str] = ()) -> list[str]:
        """Return spark-submit's arguments, `added` options before the person's own."""
        start = [_RUN_EXAMPLE] if self.is_example else []
        options = [word for option in self.options for word in option.words()]
        application = [] if self.application is None else [self.application]
        return [*start, *added, *options, *application, *self.arguments]


def parse_submit(words: Sequence[str]) -> SubmitArguments:
    """Parse spark-submit's arguments.

    Raises:
        ValueError: an option is unknown or lacks its value; says which.
    """
    is_example = list(words[:1]) == [_RUN_EXAMPLE]
    options: list[Option] = []
    position = int(is_example)
    while position < len(words) and (option := _option(words, position)) is not None:
        options.append(option[0])
        position = option[1]
    application = words[position] if position < len(words) else None
    return SubmitArguments(tuple(options), application, tuple(words[position + 1 :]), is_example)


def _option(words: Sequence[str], position: int) -> tuple[Option, int] | None:
    """Return the option at a position and the position behind it; None at the application."""
    word = words[position]
    name, value = word, None
    if match := _WITH_VALUE.fullmatch(word):
        name, value = match.groups()
    name = SHORT.get(name, name)
    if name in SWITCHES:
        return Option(name), position + 1
    if name not in OPTIONS:
        if not word.startswith("-"):
            return None
        name = word.partition("=")[0]
        if name in OPTIONS:
            raise ValueError(f"{name} needs a value")
        raise ValueError(f"unknown option {name!a}{did_you_mean(name, OPTIONS | SWITCHES)}")
    if value is None:
        position += 1
        if position == len(words):
            raise ValueError(f"{name} needs a value")
        value = words[position]
    if name == "--conf" and "=" not in value:
        raise ValueError(f"--conf {value!a} has no = and value")
    return Option(name, value), position + 1

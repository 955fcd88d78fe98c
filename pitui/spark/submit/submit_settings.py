"""The settings of a submission as one properties file, so that no command line shows them.

Everybody on a machine can read its processes' command lines. Spark takes what `--conf` says over
the person's properties files, and these over spark-defaults.conf; of a name that stands twice in
one file the last one counts. One file after the other in one therefore means the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pitui.domain.secret_names import holds_secret
from pitui.spark.properties import property_lines
from pitui.spark.submit.submit_args import Option, SubmitArguments
from pitui.spark.submit.submit_paths import PROPERTIES_FILES, properties_files

_IN_FILES = frozenset({"--conf", *PROPERTIES_FILES, "--load-spark-defaults"})
# Spark's launcher decides by them, before any file is read, which classes it starts.
_ARGUMENTS = frozenset({"spark.api.mode", "spark.remote"})


@dataclass(frozen=True, slots=True)
class SubmitSettings:
    """What spark-submit reads from a file."""

    files: tuple[str, ...] = ()
    """Files of the node that come first, the one that wins over the others last."""
    conf: Mapping[str, str] = field(default_factory=dict)
    """What wins over all of them."""

    @property
    def text(self) -> str:
        """What `conf` is in a properties file."""
        return "".join(f"{line}\n" for line in property_lines(self.conf))

    def __bool__(self) -> bool:
        """Whether a file is needed at all."""
        return bool(self.files or self.conf)


def take_settings(
    arguments: SubmitArguments, defaults_path: str
) -> tuple[SubmitArguments, SubmitSettings]:
    """Return a command line without settings, and these.

    `defaults_path` is the node's spark-defaults.conf, which counts where nothing else is said;
    empty where it does not. A command line without settings stays as it is.

    Raises:
        ValueError: a secret begins or ends with a blank, which no properties file can hold.
    """
    given = [
        (option.value or "").partition("=")[::2]
        for option in arguments.options
        if option.name == "--conf"
    ]
    last = dict(given)
    conf = {key: value for key, value in last.items() if _goes_to_file(key, value)}
    rest = [option for option in arguments.options if option.name not in _IN_FILES]
    rest += [Option("--conf", f"{k}={v}") for k, v in last.items() if k not in conf]
    files = tuple(use.path for use in properties_files(arguments))
    if not (conf or files) or not arguments.needs_application:
        return arguments, SubmitSettings()
    defaults = (defaults_path,) if defaults_path else ()
    return replace(arguments, options=tuple(rest)), SubmitSettings((*defaults, *files), conf)


def _goes_to_file(key: str, value: str) -> bool:
    """Whether Spark reads a setting from a properties file, whose values it trims, as from here."""
    if key in _ARGUMENTS:
        return False
    if value == value.strip(" \t\f"):
        return True
    if holds_secret(key):
        raise ValueError(f"{key}: the value begins or ends with a blank, which Spark takes away")
    return False

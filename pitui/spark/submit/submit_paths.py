"""Where spark-submit's command line names files, as Spark takes them to be meant.

`org.apache.spark.util.Utils.resolveURIs` reads the lists: commas part them, `#` begins the name
under which a file is unpacked or seen, and what has no scheme is a path of this machine.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlsplit

from pitui.spark.submit.submit_args import Option, SubmitArguments

_LISTS = {
    "--archives": "spark.archives",
    "--files": "spark.files",
    "--jars": "spark.jars",
    "--py-files": "spark.submit.pyFiles",
}
_READ_BY_SUBMIT = {
    "--extra-properties-file": "",
    "--keytab": "spark.kerberos.keytab",
    "--properties-file": "",
}
_IVY = "spark.jars.ivySettings"
_CLASS_PATH = {"--driver-class-path": "spark.driver.extraClassPath"}
PROPERTIES_FILES = ("--properties-file", "--extra-properties-file")
"""What a later one of them sets wins; the second may be given again and again."""

PATH_PROPERTIES = frozenset(
    {*_LISTS.values(), "spark.kerberos.keytab", _IVY, *_CLASS_PATH.values()}
)
"""Spark's properties whose values are paths of the machine that spark-submit is typed on."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):.*", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9/._~+@=:-]+")
APPLICATION = "the application"


@dataclass(frozen=True, slots=True)
class PathUse:
    """One path of a command line, and what is to be done with the file."""

    what: str
    """The option or property that names it, or `the application`."""
    path: str
    alias: str = ""
    """What follows `#`."""
    is_pattern: bool = False
    """Whether `*` and the like stand for any characters."""
    on_every_node: bool = False
    """`local:`: a path that the driver and every executor open by themselves."""
    by_submit: bool = False
    """Whether spark-submit itself reads it, wherever the driver runs."""
    required: bool = True
    """Whether Spark fails without it; a class path may name what is not there."""

    def text(self, path: str) -> str:
        """Return another path in this one's place, as Spark reads it."""
        if self.on_every_node:
            return f"local:{path}"
        if "#" in path or (self.alias and not _PLAIN.fullmatch(path)):
            path = f"file://{quote(path)}"
        return f"{path}#{self.alias}" if self.alias else path


Place = Callable[[PathUse], Sequence[str]]
"""Returns the paths to put in the place of one; an empty answer leaves it as it is."""


def path_uses(arguments: SubmitArguments) -> list[PathUse]:
    """Return every path of a command line that counts, each once."""
    found: dict[PathUse, None] = {}

    def note(use: PathUse) -> Sequence[str]:
        found[use] = None
        return ()

    with_paths(arguments, note)
    return list(found)


def properties_files(arguments: SubmitArguments) -> list[PathUse]:
    """Return the properties files that count, the one that wins over the others last."""
    uses = [use for use in path_uses(arguments) if use.what in PROPERTIES_FILES]
    return sorted(uses, key=lambda use: PROPERTIES_FILES.index(use.what))


def with_paths(arguments: SubmitArguments, place: Place) -> SubmitArguments:
    """Return a command line with other paths; what a later option overrides stays as it is."""
    options = tuple(
        _placed(option, place) if _option_counts(arguments, number) else option
        for number, option in enumerate(arguments.options)
    )
    application = arguments.application
    if application is not None and arguments.application_is_file:
        application = _placed_path(application, PathUse(APPLICATION, ""), place)
    return replace(arguments, options=options, application=application)


def paths_of_files(arguments: SubmitArguments, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a person's properties files that are paths and that count."""
    given = arguments.conf
    return {key: settings[key] for key in sorted(PATH_PROPERTIES & settings.keys() - given.keys())}


def _option_counts(arguments: SubmitArguments, number: int) -> bool:
    option = arguments.options[number]
    if option.name == PROPERTIES_FILES[1]:
        return True
    key = _property(option)
    for other, later in enumerate(arguments.options):
        if other == number or _property(later) != key:
            continue
        # An option of its own wins over `--conf`, and otherwise the last one.
        if (later.name != "--conf", other) > (option.name != "--conf", number):
            return False
    return True


def _property(option: Option) -> str:
    """Return what an option sets: a property, or itself."""
    if option.name == "--conf":
        return (option.value or "").partition("=")[0]
    named = _LISTS | _CLASS_PATH | _READ_BY_SUBMIT
    return named.get(option.name) or option.name


def _placed(option: Option, place: Place) -> Option:
    key, start, value = _property(option), "", option.value or ""
    what = option.name
    if what == "--conf":
        start, value = f"{key}=", value.partition("=")[2]
        what = key
    if key in _LISTS.values():
        value = ",".join(_list(value, what, place))
    elif key in _CLASS_PATH.values():
        value = ":".join(_class_path(value.split(":"), what, place))
    elif option.name in _READ_BY_SUBMIT or key in PATH_PROPERTIES:
        value = _placed_path(value, PathUse(what, "", by_submit=True), place)
    else:
        return option
    return Option(option.name, start + value)


def _list(value: str, what: str, place: Place) -> Iterable[str]:
    for item in filter(None, value.split(",")):
        path, _, alias = item.partition("#")
        use = _use(path, PathUse(what, "", alias=alias, is_pattern=True))
        placed = place(use) if use is not None else ()
        yield from [use.text(path) for path in placed] if use is not None and placed else [item]


def _placed_path(value: str, kind: PathUse, place: Place) -> str:
    use = _use(value, kind) if value else None
    placed = place(use) if use is not None else ()
    return use.text(placed[0]) if use is not None and placed else value


def _class_path(entries: Iterable[str], what: str, place: Place) -> Iterable[str]:
    for entry in entries:
        placed = place(PathUse(what, entry, is_pattern=True, required=False)) if entry else ()
        yield from placed or [entry]


def _use(text: str, kind: PathUse) -> PathUse | None:
    """Return how a path is used, None for what lies in a store or on the web."""
    match = _SCHEME.fullmatch(text)
    if match is None:
        return replace(kind, path=text)
    scheme = match[1].lower()
    if scheme not in ("file", "local"):
        return None
    path = unquote(urlsplit(text).path) if scheme == "file" else text.partition(":")[2]
    if scheme == "local":
        path = f"/{path.lstrip('/')}"
    return replace(kind, path=path, on_every_node=scheme == "local")

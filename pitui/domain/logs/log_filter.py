"""Which lines of logs are shown: one value for the screen and for the command line."""

from collections.abc import Iterable
from dataclasses import dataclass

from pitui.domain.logs.log_line import Level


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Chooses lines; whatever is empty chooses all."""

    sources: tuple[str, ...] = ()
    """Tags of sources, as `LogLine.source` has them."""
    level: Level | None = None
    """Only entries of this level and above."""
    text: str = ""
    """What a line holds; capital letters count only where there are some."""
    regex: bool = False
    """Whether `text` is a regular expression."""
    inverse: bool = False
    """Whether lines with the text are left out, instead of those without."""
    before: int = 0
    after: int = 0
    """Lines of the same source around each one that is chosen."""

    def __bool__(self) -> bool:
        """Whether any line is left out."""
        return bool(self.sources or self.level or self.text)

    def options(self) -> list[str]:
        """Return the filter as options of `pitui logs`."""
        words = [f"--source={tag}" for tag in self.sources]
        if self.level:
            words.append(f"--level={self.level.value}")
        if self.text:
            words.append(f"--grep={self.text}" if self.regex else f"--text={self.text}")
        if self.inverse:
            words.append("--invert")
        if self.before and self.before == self.after:
            words += ["-C", str(self.before)]
            return words
        words += ["-B", str(self.before)] if self.before else []
        return words + (["-A", str(self.after)] if self.after else [])

    def to_command(self, words: Iterable[str], *, follow: bool = False) -> str:
        """Return the command line that shows the same; `words` are the sources' ids."""
        import shlex

        return shlex.join(["pitui", "logs", *words, *(["-f"] if follow else []), *self.options()])

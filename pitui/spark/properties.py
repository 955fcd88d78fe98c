"""Spark's conf files as Spark reads them: Java properties, values trimmed.

Written after `java.util.Properties.load`, whose documentation is the format's definition, and
`org.apache.spark.util.Utils.getPropertiesFromFile`, which reads UTF-8 and trims values.
"""

from collections.abc import Iterator, Mapping

_BLANKS = " \t\f"
_ENDS = "\r\n"
_NAMED = {"t": "\t", "r": "\r", "n": "\n", "f": "\f"}
_WRITTEN = {"\\": "\\\\", **{char: f"\\{name}" for name, char in _NAMED.items()}}


def parse_properties(text: str) -> dict[str, str]:
    r"""Return the settings of a spark-defaults.conf or properties file; the last of a name counts.

    Raises:
        ValueError: a `\u` lacks its four hexadecimal digits, for which Spark refuses the file.
    """
    settings: dict[str, str] = {}
    for line in _logical_lines(text):
        key, value = _split(line)
        settings[_unescaped(key)] = _trimmed(_unescaped(value))
    return settings


def property_lines(values: Mapping[str, str]) -> list[str]:
    """Return the lines of a properties file from which Spark reads these settings back.

    Blanks around a value are lost, as Spark trims them.
    """
    return [f"{_written_key(name)} {_written_value(value)}" for name, value in values.items()]


def _logical_lines(text: str) -> Iterator[str]:
    """Yield lines without comments and blank ones; continued lines are joined, escapes kept."""
    line = ""
    going_on = False
    lines = _natural_lines(text)
    for number, natural in enumerate(lines, start=1):
        if going_on and not natural and number == len(lines):
            break  # the file ends in a backslash and the end of its line
        bare = natural.lstrip(_BLANKS)
        if not line and (not bare or bare[0] in "#!"):
            going_on = False
            continue
        line += bare
        going_on = (len(bare) - len(bare.rstrip("\\"))) % 2 == 1
        if going_on:
            line = line[:-1]
        else:
            yield line
            line = ""
    if line or going_on:
        yield line


def _natural_lines(text: str) -> list[str]:
    """Return the lines; only CR, LF and both end one, unlike for `str.splitlines`."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _split(line: str) -> tuple[str, str]:
    """Return key and value, which `=`, `:` or blanks part, unless a backslash comes before."""
    end = 0
    while end < len(line) and line[end] not in f"{_BLANKS}=:":
        end += 2 if line[end] == "\\" else 1
    rest = line[end:].lstrip(_BLANKS)
    if rest[:1] in ("=", ":"):
        rest = rest[1:].lstrip(_BLANKS)
    return line[:end], rest


def _unescaped(text: str) -> str:
    """Return text with its escapes resolved."""
    if "\\" not in text:
        return text
    pieces = []
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char != "\\":
            pieces.append(char)
            continue
        char = text[position : position + 1]
        position += 1
        if char == "u":
            pieces.append(_code_unit(text[position : position + 4]))
            position += 4
        else:
            pieces.append(_NAMED.get(char, char))
    # Java's characters are UTF-16: two of them can be one here.
    return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _code_unit(digits: str) -> str:
    if len(digits) < 4 or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        raise ValueError(f"\\u{digits} is malformed: four hexadecimal digits are needed")
    return chr(int(digits, 16))


def _trimmed(value: str) -> str:
    r"""Return a value as Spark trims it: all that is not above a blank goes, but CR and LF."""
    kept = [at for at, char in enumerate(value) if char > " " or char in _ENDS]
    return value[kept[0] : kept[-1] + 1] if kept else ""


def _written_key(key: str) -> str:
    return "".join(f"\\{char}" if char in " =:#!" else _WRITTEN.get(char, char) for char in key)


def _written_value(value: str) -> str:
    written = "".join(_WRITTEN.get(char, char) for char in value)
    # After the blank that parts the two, these would be taken for what parts them.
    return f"\\{written}" if written[:1] in ("=", ":", " ") else written

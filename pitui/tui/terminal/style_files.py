"""Where the styles are: in the installed package, else in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[2]
_FIRST = ("20-main", "30-tables", "50-logs")
"""What the first paint needs; to read a rule takes longer than to draw a row."""


def first_style_paths() -> list[Path]:
    """Return the files that the main screen needs."""
    return [path for path in style_paths() if path.stem in _FIRST]


def late_style_paths() -> list[Path]:
    """Return the files that only screens above the main one need."""
    return [path for path in style_paths() if path.stem not in _FIRST]


def style_paths() -> list[Path]:
    """Return the .tcss files in the order in which they apply.

    Raises:
        FileNotFoundError: they are in neither place; the installation is broken.
    """
    for folder in (_PACKAGE / "styles", _PACKAGE.parent / "styles"):
        if paths := sorted(folder.glob("*.tcss")):
            return paths
    raise FileNotFoundError(f"no styles in {_PACKAGE / 'styles'}")

"""Where the styles are: in the installed package, else in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def style_paths() -> list[Path]:
    """Return the .tcss files in the order in which they apply.

    Raises:
        FileNotFoundError: they are in neither place; the installation is broken.
    """
    for folder in (_PACKAGE / "styles", _PACKAGE.parent / "styles"):
        if paths := sorted(folder.glob("*.tcss")):
            return paths
    raise FileNotFoundError(f"no styles in {_PACKAGE / 'styles'}")

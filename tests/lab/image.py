"""The image that all machines share: built once, again when its recipe changes."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.lab import locks, paths, recipe, state
from tests.lab.shell import ENCLOSED, run

BUILD_LIMIT = 1200.0


def folder() -> Path:
    """Return where the image of this recipe is, or will be."""
    text = repr((recipe.SUITE, recipe.BASE, recipe.FILES, recipe.SETUP))
    return paths.cache() / f"image-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def ready(say: Callable[[str], None]) -> Path:
    """Return the image, built if it is not there; about a minute with a good network.

    Raises:
        LabError: it cannot be built.
    """
    image = folder()
    with locks.locked(paths.cache() / "image.lock"):
        if not image.exists():
            say(f"building {image} (once, a minute or two)")
            _build(image)
            _remove_others(image)
    return image


def _build(image: Path) -> None:
    part = image.with_name(image.name + ".part")
    _remove(part)
    run(
        *ENCLOSED,
        "debootstrap",
        "--variant=minbase",
        f"--include={recipe.BASE}",
        recipe.SUITE,
        str(part),
        limit=BUILD_LIMIT,
    )
    for name, text in recipe.FILES.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    setup = recipe.SETUP.encode()
    run(*ENCLOSED, "chroot", str(part), "/bin/sh", stdin=setup, limit=BUILD_LIMIT)
    part.rename(image)


def _remove_others(image: Path) -> None:
    """Remove the images of earlier recipes, unless a lab may be using one."""
    if not state.names():
        for other in paths.cache().glob("image-*"):
            if other != image:
                _remove(other)


def _remove(image: Path) -> None:
    if image.exists():
        shutil.rmtree(image)


if __name__ == "__main__":
    ready(print)

"""The image that all machines of a Debian share: built once, again when its recipe changes."""

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab import locks, paths, recipe, state
from tests.lab.recipe import SUITES, Suite
from tests.lab.shell import ENCLOSED, LabError, run

BUILD_LIMIT = 1200.0


def folder(suite: Suite) -> Path:
    """Return where the image of this recipe is, or will be."""
    text = repr((suite, recipe.BASE, recipe.FILES, recipe.setup(suite)))
    return paths.cache() / f"image-{suite}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def ready(suites: Iterable[Suite], say: Callable[[str], None]) -> None:
    """Build the images that are not there, beside each other; a minute or two.

    Raises:
        LabError: one cannot be built.
    """
    with locks.locked(paths.cache() / "image.lock"):
        missing = sorted({folder(suite): suite for suite in suites if not _built(suite)}.items())
        if not missing:
            return
        for image, _ in missing:
            say(f"building {image} (once, a minute or two)")
        with ThreadPoolExecutor(len(SUITES)) as pool:
            list(pool.map(_build, *zip(*missing, strict=True)))
        _remove_others()


def java_layer(suite: Suite) -> Path:
    """Return what an installed Java changes of the image: a layer for cards."""
    image = folder(suite)
    return image.with_name(f"{image.name}-java")


def ready_with_java(suite: Suite) -> None:
    """Build the image and that layer where they are not there: ten seconds for the layer.

    Raises:
        LabError: one cannot be built.
    """
    ready([suite], print)
    layer = java_layer(suite)
    with locks.locked(paths.cache() / "image.lock"):
        if not layer.exists():
            part = layer.with_name(layer.name + ".part")
            _remove(part)
            part.mkdir()
            script = _INSTALL.format(image=folder(suite), part=part, java=recipe.JAVA[suite])
            run(*ENCLOSED, "/bin/sh", "-euc", script, limit=BUILD_LIMIT)
            part.rename(layer)


# In memory first, as this machine may be itself on an overlay, which cannot carry another one.
_INSTALL = """
mount -t tmpfs -o mode=755 lab-java /mnt
cd /mnt
mkdir up work root
mount -t overlay lab-root -o lowerdir={image},upperdir=/mnt/up,workdir=/mnt/work root
mount -t proc proc root/proc
DEBIAN_FRONTEND=noninteractive chroot root apt-get install -y -q --no-download \\
    --no-install-recommends {java}
umount root/proc root
cp -a up/. {part}
"""


def _built(suite: Suite) -> bool:
    return folder(suite).exists()


def _build(image: Path, suite: Suite) -> None:
    part = image.with_name(image.name + ".part")
    _remove(part)
    run(
        *ENCLOSED,
        "debootstrap",
        "--variant=minbase",
        f"--include={recipe.BASE}",
        suite,
        str(part),
        limit=BUILD_LIMIT,
    )
    for name, text in recipe.FILES.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    setup = recipe.setup(suite).encode()
    run(*ENCLOSED, "chroot", str(part), "/bin/sh", stdin=setup, limit=BUILD_LIMIT)
    part.rename(image)


def _remove_others() -> None:
    """Remove the images of earlier recipes, unless a lab may be using one."""
    if not state.names():
        kept = {folder(suite) for suite in SUITES}
        for other in paths.cache().glob("image-*/"):
            if not any(other.name.startswith(image.name) for image in kept):
                _remove(other)


def _remove(image: Path) -> None:
    if image.exists():
        shutil.rmtree(image)


if __name__ == "__main__":
    try:
        ready(SUITES, print)
    except LabError as error:
        sys.exit(str(error))

"""Turn uv.lock into a requirements file with hashes, with the standard library alone.

`python3 scripts/requirements.py > FILE` lists all that a checkout needs: what pitui depends on,
every extra, every dependency group. pip and uv install it from whatever index this machine uses.
With `--newest` it lists what pyproject.toml allows instead, without Spark: no versions, no hashes.
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

Package = dict[str, Any]

ROOT = "pitui"
LOCK = Path(__file__).parents[1] / "uv.lock"
PROJECT = LOCK.with_name("pyproject.toml")


def requirements(lock: dict[str, Any]) -> list[str]:
    """Return a requirement for each locked package, with its marker and hashes.

    Raises:
        ValueError: a package is locked in two versions, which one file cannot say.
    """
    packages: dict[str, Package] = {}
    for package in lock["package"]:
        if package["name"] in packages:
            raise ValueError(f"{package['name']} is locked in two versions")
        packages[package["name"]] = package
    markers: dict[str, set[str]] = {}
    _collect(packages, packages[ROOT], "", markers)
    return [
        _requirement(packages[name], found)
        for name, found in sorted(markers.items())
        if name != ROOT
    ]


def _collect(
    packages: dict[str, Package], package: Package, marker: str, markers: dict[str, set[str]]
) -> None:
    """Note under which markers each package is needed; the empty one means always."""
    known = markers.setdefault(package["name"], set())
    if "" in known or marker in known:
        return
    known.add(marker)
    for edge in _edges(package):
        both = [part for part in (marker, edge.get("marker", "")) if part]
        joined = both[0] if len(both) == 1 else " and ".join(f"({part})" for part in both)
        _collect(packages, packages[edge["name"]], joined, markers)


def _edges(package: Package) -> list[dict[str, str]]:
    """Return what a package needs: for pitui and others alike with every locked extra and group."""
    edges = list(package.get("dependencies", []))
    for kind in ("optional-dependencies", "dev-dependencies"):
        for group in package.get(kind, {}).values():
            edges += group
    return edges


def _requirement(package: Package, markers: set[str]) -> str:
    files = [package.get("sdist"), *package.get("wheels", [])]
    hashes = sorted({file["hash"] for file in files if file})
    line = f"{package['name']}=={package['version']}"
    if "" not in markers:
        line += " ; " + " or ".join(f"({marker})" for marker in sorted(markers))
    return " \\\n    ".join([line, *(f"--hash={digest}" for digest in hashes)])


def newest(project: dict[str, Any]) -> list[str]:
    """Return what pitui depends on and what its tests need, in the versions that it allows."""
    named = project["project"]
    extras = named["optional-dependencies"]
    return [*named["dependencies"], *extras["bench"], *project["dependency-groups"]["dev"]]


def main() -> None:
    """Print the list."""
    if sys.argv[1:] == ["--newest"]:
        lines = newest(tomllib.loads(PROJECT.read_text("utf-8")))
    else:
        lines = requirements(tomllib.loads(LOCK.read_text("utf-8")))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""The lock file: no package index in it, and the requirements that come of it."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        f"scripts_{name}", ROOT / "scripts" / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lock = _script("lock")
requirements = _script("requirements")

WRITTEN_BY_UV = """\
[[package]]
name = "click"
version = "8.5.1"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://f.ex/c-8.5.1.tar.gz", hash = "sha256:aa", size = 7, upload-time = "26" }
wheels = [
    { url = "https://f.example/c/click-8.5.1-py3-none-any.whl", hash = "sha256:bb" },
]

[package.metadata]
requires-dist = [
    { name = "click", specifier = ">=8" },
]
"""


def test_addresses_go_and_files_and_hashes_stay():
    text = lock.without_addresses(WRITTEN_BY_UV)
    assert "://" not in text
    package = tomllib.loads(text)["package"][0]
    assert package["source"] == {"registry": "index"}
    assert package["sdist"] == {"path": "c-8.5.1.tar.gz", "hash": "sha256:aa"}
    assert package["wheels"] == [{"path": "click-8.5.1-py3-none-any.whl", "hash": "sha256:bb"}]


def test_a_new_lock_starts_from_the_versions_of_the_old_one():
    text = lock.versions_only(lock.without_addresses(WRITTEN_BY_UV), "https://mirror.example/x")
    package = tomllib.loads(text)["package"][0]
    assert package["version"] == "8.5.1"
    assert package["source"] == {"registry": "https://mirror.example/x"}
    assert "wheels" not in package
    assert "requires-dist" not in package["metadata"]


def test_the_lock_file_has_no_addresses():
    assert "://" not in (ROOT / "uv.lock").read_text("utf-8")


def test_the_lock_file_has_what_pyproject_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    extras = project["project"]["optional-dependencies"].values()
    wanted += [requirement for extra in extras for requirement in extra]
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    lines = requirements.requirements(locked)
    names = {line.split("==")[0] for line in lines}
    for requirement in wanted:
        assert re.match(r"[\w-]+", requirement)[0] in names
    pitui = next(package for package in locked["package"] if package["name"] == "pitui")
    asked = len(project["project"]["dependencies"]) + sum(map(len, extras))
    assert len(pitui["metadata"]["requires-dist"]) == asked


def _package(name: str, *needs: dict[str, str], **more: object) -> dict[str, object]:
    return {
        "name": name,
        "version": "1",
        "sdist": {"hash": f"sha256:{name}"},
        "dependencies": list(needs),
        **more,
    }


def test_markers_add_up_along_the_way():
    locked = {
        "package": [
            _package(
                "pitui",
                {"name": "a"},
                {"name": "b", "marker": "os_name == 'nt'"},
                **{"dev-dependencies": {"dev": [{"name": "d"}]}},
            ),
            _package("a", {"name": "c", "marker": "python_version < '3.12'"}),
            _package("b", {"name": "c", "marker": "python_version < '3.13'"}, {"name": "e"}),
            _package("c"),
            _package("d", {"name": "a"}),
            _package("e"),
            _package("unused"),
        ]
    }
    either = "((os_name == 'nt') and (python_version < '3.13')) or (python_version < '3.12')"
    assert requirements.requirements(locked) == [
        "a==1 \\\n    --hash=sha256:a",
        "b==1 ; (os_name == 'nt') \\\n    --hash=sha256:b",
        f"c==1 ; {either} \\\n    --hash=sha256:c",
        "d==1 \\\n    --hash=sha256:d",
        "e==1 ; (os_name == 'nt') \\\n    --hash=sha256:e",
    ]


def test_packages_that_need_each_other():
    locked = {
        "package": [
            _package("pitui", {"name": "a"}),
            _package("a", {"name": "b"}),
            _package("b", {"name": "a"}),
        ]
    }
    assert [line.split("==")[0] for line in requirements.requirements(locked)] == ["a", "b"]


def test_two_versions_of_a_package_are_not_hidden():
    locked = {"package": [_package("pitui"), _package("a"), _package("a")]}
    with pytest.raises(ValueError, match="a is locked in two versions"):
        requirements.requirements(locked)

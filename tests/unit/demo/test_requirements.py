"""What must be there before a demonstration starts."""

from pathlib import Path

import pytest

from pitui.demo.requirements import check_folder_name, check_memory
from pitui.domain.errors import PituiError, UsageError


def _meminfo(tmp_path: Path, mib: int) -> Path:
    file = tmp_path / "meminfo"
    file.write_text(f"MemTotal:  4000000 kB\nMemAvailable:  {mib * 1024} kB\n")
    return file


def test_too_little_memory_names_both_figures(tmp_path):
    with pytest.raises(
        PituiError, match=r"about 910 MiB of memory, but only 600 MiB are free"
    ) as raised:
        check_memory(3, _meminfo(tmp_path, 600))
    assert "--nodes 1" in raised.value.advice


def test_enough_memory(tmp_path):
    check_memory(3, _meminfo(tmp_path, 3000))


def test_a_system_that_does_not_say_what_is_free(tmp_path):
    check_memory(16, tmp_path / "missing")
    (tmp_path / "meminfo").write_text("MemTotal: 1 kB\n")
    check_memory(16, tmp_path / "meminfo")


@pytest.mark.parametrize("name", ["/tmp/a b", "/tmp/a:b", "/tmp/a'b", "/tmp/$HOME", "/tmp/a*"])
def test_folders_that_the_scripts_of_spark_would_take_apart(name):
    with pytest.raises(UsageError):
        check_folder_name(Path(name))


@pytest.mark.parametrize("name", ["/tmp/pitui-demo-x_1", "/home/zoë/demo", "/a/b+c@d,e=f~g.h"])
def test_folders_that_they_can_work_in(name):
    check_folder_name(Path(name))

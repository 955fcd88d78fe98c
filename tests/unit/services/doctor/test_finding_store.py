"""Since when findings are known, kept from run to run."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from pitui.config.state_database import DamagedFileError, damaged_put_aside
from pitui.doctor.finding import Finding, error
from pitui.domain.errors import PituiError
from pitui.services.doctor.finding_store import FindingStore, IgnoredFinding, finding_identity

ALL = {"checks": ("java.missing", "disk.space"), "nodes": ("pi1", "pi2")}


def missing(node: str, **more: str) -> Finding:
    return error("x", "y", node=node, check="java.missing", **more)


@pytest.fixture
def store(tmp_path: Path) -> FindingStore:
    return FindingStore("shelf at spark://nuc:7077", tmp_path / "data" / "doctor.db")


def test_a_finding_is_new_once_and_keeps_its_first_time(store: FindingStore) -> None:
    assert store.take([missing("pi1")], 100.0, **ALL) == {}
    assert store.take([missing("pi1")], 200.0, **ALL) == {finding_identity(missing("pi1")): 100.0}


def test_one_that_was_gone_is_new_again(store: FindingStore) -> None:
    store.take([missing("pi1")], 100.0, **ALL)
    store.take([], 200.0, **ALL)
    assert store.take([missing("pi1")], 300.0, **ALL) == {}
    assert store.take([missing("pi1")], 400.0, **ALL) == {finding_identity(missing("pi1")): 300.0}


def test_what_a_run_could_not_find_is_kept(store: FindingStore) -> None:
    store.take([missing("pi1"), missing("pi2")], 100.0, **ALL)
    store.take([], 200.0, checks=("disk.space",), nodes=("pi1", "pi2"))
    store.take([], 200.0, checks=("java.missing",), nodes=("pi2",))
    known = store.take([missing("pi1"), missing("pi2")], 300.0, **ALL)
    assert known == {finding_identity(missing("pi1")): 100.0}


def test_findings_of_one_check_on_one_node_are_told_apart(store: FindingStore) -> None:
    store.take([missing("pi1", about="/")], 100.0, **ALL)
    assert store.take([missing("pi1", about="/mnt/ssd")], 200.0, **ALL) == {}


def test_clusters_share_the_file(store: FindingStore) -> None:
    store.take([missing("pi1")], 100.0, **ALL)
    other = FindingStore("bench at spark://nuc:7077", store.path)
    assert other.take([missing("pi1")], 200.0, **ALL) == {}
    assert other.take([], 300.0, **ALL) == {}
    assert store.take([missing("pi1")], 400.0, **ALL) == {finding_identity(missing("pi1")): 100.0}


def test_only_its_owner_reads_the_file(store: FindingStore) -> None:
    store.take([], 100.0, **ALL)
    assert store.path.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    path = tmp_path / "doctor.db"
    path.mkdir()
    with pytest.raises(PituiError, match="cannot remember what was found"):
        FindingStore("shelf", path).take([], 1.0, **ALL)


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "doctor.db"
    path.write_text("no database, but a text that is long enough to be seen as none" * 20)
    store = FindingStore("shelf", path)
    with pytest.raises(PituiError, match=r"was damaged .*: the file is put aside as .*damaged-"):
        store.take([], 1.0, **ALL)
    assert store.take([missing("pi1")], 1.0, **ALL) == {}
    assert list(store.take([missing("pi1")], 2.0, **ALL).values()) == [1.0]


def test_a_day_that_is_none_is_one_sentence(store: FindingStore) -> None:
    store.ignore([finding_identity(missing("pi1"))], IgnoredFinding("on order"))
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute("UPDATE ignored SET until = 'soon'")
    with pytest.raises(PituiError, match="cannot remember what was found"):
        store.ignored()


def test_a_file_that_another_pitui_begins_anew_stays(tmp_path: Path) -> None:
    path = tmp_path / "doctor.db"

    def read_while_another_begins_anew() -> None:
        with damaged_put_aside(path, "it"), closing(sqlite3.connect(__file__)) as damaged:
            path.write_text("a new one")
            damaged.execute("SELECT * FROM sqlite_master")

    with pytest.raises(DamagedFileError, match="put aside by another pitui"):
        read_while_another_begins_anew()
    assert path.read_text() == "a new one"


def test_what_is_ignored_is_kept_with_its_reason_until_it_is_taken_back(
    store: FindingStore,
) -> None:
    both = [finding_identity(missing("pi1")), finding_identity(missing("pi2"))]
    store.ignore(both, IgnoredFinding("on order", date(2026, 12, 31)))
    store.ignore(both[:1], IgnoredFinding("it's for ever"))
    assert store.ignored() == {
        both[0]: IgnoredFinding("it's for ever"),
        both[1]: IgnoredFinding("on order", date(2026, 12, 31)),
    }
    assert store.ignored()[both[1]].holds(date(2026, 12, 31))
    assert not store.ignored()[both[1]].holds(date(2027, 1, 1))
    store.stop_ignoring(both[:1])
    assert [*store.ignored()] == both[1:]
    assert FindingStore("another", store.path).ignored() == {}

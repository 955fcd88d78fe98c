"""What holds of every check: healthy clusters have no finding, and all can be told apart."""

import importlib
import pkgutil
import re
from dataclasses import replace

import pytest
from support.evidence import NAMES, WORKERS, found, healthy, skipped

import pitui.doctor.checks
from pitui.doctor.check import Check
from pitui.doctor.registry import CHECKS, chosen_checks
from pitui.domain.errors import UsageError


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_healthy_cluster_has_no_finding_and_nothing_is_skipped(check: Check) -> None:
    assert list(check.look(healthy())) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_where_nothing_is_known_nothing_is_found(check: Check) -> None:
    bare = healthy()
    empty = {name: type(facts)() for name, facts in bare.facts.items()}
    nodes = tuple(replace(n, processes=(), worker=None, metrics=None) for n in bare.snapshot.nodes)
    evidence = replace(bare, facts=empty, snapshot=replace(bare.snapshot, nodes=nodes))
    if check.id != "java.missing":
        assert found(evidence, check.id) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_node_that_does_not_answer_is_named_as_skipped(check: Check) -> None:
    evidence = healthy()
    there = {name: facts for name, facts in evidence.facts.items() if name != "pi2"}
    said = skipped(replace(evidence, facts=there, silent={"pi2": "no route to host"}), check.id)
    wanted = [("pi2", "no route to host", check.id)] if check.reads.of_nodes else []
    assert [(one.node, one.reason, one.check) for one in said] == wanted


def test_every_file_is_in_the_registry_under_the_name_of_its_check() -> None:
    inside = "pitui.doctor.checks."
    walked = pkgutil.walk_packages(pitui.doctor.checks.__path__, inside)
    modules = [m.name for m in walked if not m.ispkg]
    listed = {inside + _file_of(check): check.id for check in CHECKS}
    found = {name: importlib.import_module(name).CHECK.id for name in modules}
    assert found == listed
    assert len(listed) == len(CHECKS)


def _file_of(check: Check) -> str:
    group, name = check.id.replace("-", "_").split(".")
    return f"{group}.is_{name}" if name[0].isdigit() else f"{group}.{name}"


def test_texts_are_sentences_without_a_full_stop() -> None:
    for check in CHECKS:
        assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", check.id), check.id
        for text in (check.title, check.why):
            assert text[0].isupper(), check.id
            assert not text.endswith("."), check.id
        assert all(re.fullmatch(r"[a-z]+\.[a-z0-9-]+", one) for one in check.explains), check.id


def test_checks_are_chosen_by_id_and_by_group() -> None:
    ids = [check.id for check in chosen_checks(["java", "disk.space"], ["java.differs"])]
    assert ids == ["java.missing", "java.unfit", "disk.space"]
    assert chosen_checks() == CHECKS


@pytest.mark.parametrize("word", ["java.mising", "jawa", "java."])
def test_an_unknown_check_is_refused_with_the_nearest(word: str) -> None:
    with pytest.raises(UsageError, match=r"unknown check .* did you mean java"):
        chosen_checks([word])


def test_choosing_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="leaves no check"):
        chosen_checks(["java"], ["java"])


def test_the_shelf_is_what_these_tests_take_it_for() -> None:
    assert [*healthy().nodes] == [*NAMES]
    assert [n.name for n in healthy().connected] == ["nuc", *WORKERS]

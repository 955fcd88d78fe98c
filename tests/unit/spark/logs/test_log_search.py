"""What is found in a line, in many at once, and what happens where that would take for ever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.errors import UsageError
from pitui.spark.logs.log_search import GIVE_UP_AFTER, Expression, Words, is_expression, search_for

PIECES = st.sampled_from(
    ["a", "b", "K", " ", ".", r"\d", r"\s", r"\w", "[^a]", "^", "$", r"\b", r"\B", r"\Z", r"\A",
     "[^b]*", r"b\s?a", "(?!a)", "(?<!b)", "(?=a)", "(?:a|b)", "(a)", "a++", ".*", "a+", "b?",
     r"\s*", "|"]
)  # fmt: skip
LINES = st.lists(st.text("abK 1\u212a", min_size=1, max_size=8), min_size=1, max_size=6)
"""None is empty: in that `\\B` is found by everybody but Python before 3.14."""


@given(st.lists(PIECES, min_size=1, max_size=5).map("".join), LINES)
def test_an_expression_is_found_as_python_would(words: str, lines: list[str]) -> None:
    """Also in many lines at once: what is in one of them is never missed."""
    flags = re.IGNORECASE if words == words.lower() else re.NOFLAG
    expected = [re.search(words, line, flags) is not None for line in lines]
    search = Expression(words)
    assert [search.found(line) for line in lines] == expected
    among = search.among("\n".join(lines), len(lines))
    assert among is None or list(map(bool, among)) == expected
    assert [bool(search.spans(line)) for line in lines] == expected
    assert not search.slow


@given(st.text("abK 1(.\u212a", min_size=1, max_size=3), LINES)
def test_words_are_found_as_they_stand(words: str, lines: list[str]) -> None:
    search = Words(words)
    found = [search.found(line) for line in lines]
    assert search.among("\n".join(lines), len(lines)) is None or not any(found)
    if words != words.lower() or all(line.isascii() for line in [words, *lines]):
        own = words == words.lower()
        assert found == [words in (line.lower() if own else line) for line in lines]


def test_an_expression_without_end_is_given_up() -> None:
    line, search = "a" * 60 + "!", Expression(r"(a|aa)+$")
    assert search.among("\n".join([line] * 3), 3) is None
    found = [search.found(line) for _ in range(GIVE_UP_AFTER)]
    assert not any(found)
    assert search.slow == GIVE_UP_AFTER
    assert search.given_up
    assert not search.found("aa")
    assert search.among("aa", 1) == b"\0"
    assert Expression(r"(a|aa)+$").spans(line) == []


def test_what_is_typed() -> None:
    assert not is_expression("plain words")
    assert not is_expression("open (")
    assert is_expression("a|b")
    assert Expression("(?x) a  # words").found("a")
    assert isinstance(search_for("open ("), Words)
    assert isinstance(search_for("a|b"), Expression)
    with pytest.raises(UsageError, match="not a regular expression"):
        Expression("(")

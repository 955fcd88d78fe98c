"""The filter of the screen as a command line, read by the command itself."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.cli.commands.logs import command, filter_of
from pitui.domain.errors import UsageError
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level

FILTERS = st.builds(
    LogFilter,
    st.sampled_from([(), ("a",), ("a b", "b")]),
    st.sampled_from([None, *Level]),
    st.text(max_size=5),
    st.just(False),
    st.booleans(),
    st.integers(0, 3),
    st.integers(0, 3),
)
WORDS = st.lists(st.text("pi1:/ '$x", min_size=1), min_size=1, max_size=3)


def read(words: str) -> tuple[list[str], bool, LogFilter]:
    """Return what `pitui logs` makes of its arguments."""
    given = command.make_context("logs", shlex.split(words)[2:]).params
    context = given["context"]
    chosen = filter_of(
        given["sources"], given["tags"], given["level"], given["grep"], given["text"],
        invert=given["invert"], before=max(given["before"], context),
        after=max(given["after"], context),
    )  # fmt: skip
    return list(given["sources"]), given["follow"], chosen


@given(FILTERS, WORDS, st.booleans())
def test_the_command_line_is_the_filter(chosen: LogFilter, words: list[str], follow: bool) -> None:
    assert read(chosen.to_command(words, follow=follow)) == (words, follow, chosen)


def test_an_expression_and_what_is_none() -> None:
    chosen = LogFilter(text="a|b", regex=True)
    assert read(chosen.to_command(["pi1"])) == (["pi1"], False, chosen)
    with pytest.raises(UsageError, match="not a regular expression"):
        read("pitui logs pi1 --grep (")
    with pytest.raises(UsageError, match="cannot be combined"):
        read("pitui logs pi1 --grep a --text b")

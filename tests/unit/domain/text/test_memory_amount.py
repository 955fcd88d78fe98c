"""Amounts of memory as Spark writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.text.memory_amount import parse_memory, spark_memory


@pytest.mark.parametrize(
    ("text", "mib"),
    [
        ("768m", 768),
        ("2g", 2048),
        ("2G", 2048),
        ("1t", 1024 * 1024),
        ("2048k", 2),
        ("512mb", 512),
        ("512MiB", 512),
        (" 1 g ", 1024),
    ],
)
def test_amounts_are_read_in_mib(text: str, mib: int) -> None:
    assert parse_memory(text) == mib


@pytest.mark.parametrize(
    "text", ["", "m", "768", "768q", "1.5g", "-1g", "1 000m", "768mm", "٧m", "9" * 400 + "k", "\n"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount of memory such as 768m or 2g"):
        parse_memory(text)


@pytest.mark.parametrize("text", ["0m", "0g", "1023k"])
def test_less_than_a_mebibyte_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is less than 1m"):
        parse_memory(text)


@given(st.integers(1, 10**9))
def test_what_is_written_is_read_again(mib: int) -> None:
    assert parse_memory(spark_memory(mib)) == mib


@given(st.text())
def test_any_text_is_an_amount_or_a_value_error(text: str) -> None:
    try:
        mib = parse_memory(text)
    except ValueError:
        return
    assert mib >= 1

"""Which expressions of an operator are worth to be computed once."""

import pytest

from pitui.spark.event_log.expressions import costly_expressions


@pytest.mark.parametrize(
    ("text", "python", "found"),
    [
        ("Filter (isnotnull(t) AND (cast(substring(t, 1, 4) as int) > 5))", False, []),
        ("Filter RLIKE(t, (a|b))", False, []),
        ("Project [regexp_replace(t, (x)+, , 1) AS u]", False, ["regexp_replace(t, (x)+, , 1)"]),
        ("Filter (f(g(h(k(t)))) > 1)", False, ["f(g(h(k(t))))"]),
        ("BatchEvalPython [score(t), name(u)], [pythonUDF0, pythonUDF1]", True,
         ["score(t)", "name(u)"]),
        ("Filter ((a > 1) AND sha2(t, 256", False, []),
        (f"Project [sha2({'x' * 30_000}) AS y]", False, []),
    ],
)  # fmt: skip
def test_costly_ones_are_found(text: str, python: bool, found: list[str]) -> None:
    expressions = list(costly_expressions(text, "data", python=python))
    assert sorted(one.text for one in expressions) == sorted(found)


def test_another_text_or_other_data_make_another() -> None:
    texts = [("[sha2(a)]", "x"), ("[sha2(a)]", "y"), ("[sha2(b)]", "x"), ("[sha2(a)]", "x")]
    keys = [next(costly_expressions(t, data, python=False)).key for t, data in texts]
    assert len(set(keys)) == 3
    assert keys[0] == keys[3]


def test_a_long_one_is_cut_to_be_shown_and_told_from_others_as_a_whole() -> None:
    one, other = (
        next(costly_expressions(f"[sha2({'c' * 90}{end})]", "x", python=False)) for end in "ab"
    )
    assert one.text == other.text
    assert one.text.endswith("c…")
    assert one.key != other.key

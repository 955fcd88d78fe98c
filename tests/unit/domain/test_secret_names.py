"""Whose values are hidden, measured by what Spark itself hides."""

import importlib.util
import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from pitui.domain.anonymous.patterns import HIDDEN
from pitui.domain.secret_names import hide_secrets, holds_secret


def _of_spark() -> list[str]:
    """Return the words of spark.redaction.regex's default, out of the Spark that is installed."""
    found = importlib.util.find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    (jar,) = (Path(found.origin).parent / "jars").glob("spark-core_*.jar")
    text = ZipFile(jar).read("org/apache/spark/internal/config/package$.class")
    pattern = re.search(rb"\(\?i\)([a-z|.\[\]?]+)", text)
    assert pattern is not None
    return pattern[1].decode().split("|")


def test_whatever_spark_hides_is_hidden_and_left_out_of_bundles() -> None:
    words = _of_spark()
    assert "password" in words
    for word in words:
        for name in (f"spark.my.{word.replace('[.]?', mark)}.x" for mark in ("", ".")):
            assert holds_secret(name), name
            assert holds_secret(name.upper()), name
            assert HIDDEN.search(name), name


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("ACCESS_KEY", True),
        ("MY_API_KEY", True),
        ("spark.hadoop.fs.s3a.access.key", True),
        ("spark.hadoop.fs.s3a.aws.credentials.provider", True),
        ("spark.sql.keywords", False),
        ("SPARK_WORKER_CORES", False),
    ],
)
def test_variables_are_hidden_by_the_same_rule(name: str, hidden: bool) -> None:
    assert holds_secret(name) is hidden
    assert hide_secrets({name: "7"}) == {name: "set" if hidden else "7"}
    assert bool(HIDDEN.search(name)) >= hidden

"""Properties files; `tests/spark/test_read_like_spark.py` asks Spark itself."""

import pytest

from pitui.spark.event_log.files import parse_history_settings
from pitui.spark.properties import parse_properties, property_lines


def test_properties():
    text = "# no\n\nspark.master  spark://h:1\nspark.a=b\nspark.c : d e\nspark.flag\n! no\n"
    assert parse_properties(text) == {
        "spark.master": "spark://h:1",
        "spark.a": "b",
        "spark.c": "d e",
        "spark.flag": "",
    }


def test_a_line_that_goes_on_is_one():
    folder = parse_history_settings("spark.eventLog.dir file:/mnt/disk\\\n    /events\n").folder
    assert folder == "/mnt/disk/events"
    text = "spark.a b, \\\r\n  c\\\\\nspark.d \\u0041\\u00E9\\:\n"
    assert parse_properties(text) == {"spark.a": "b, c\\", "spark.d": "Aé:"}


def test_what_spark_refuses_is_refused():
    with pytest.raises(ValueError, match="four hexadecimal digits"):
        parse_properties("spark.a \\u12\n")


def test_what_is_written_is_read_back():
    values = {"spark.a b": "=c", "spark.d": "C:\\x\ty", "spark.e": "", "spark.f": "é: #!"}
    assert parse_properties("\n".join(property_lines(values))) == values

import pytest

from pitui.bench.suites import BENCHMARKS, benchmark
from pitui.domain.errors import UsageError


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_program_is_there_and_defaults_are_valid(name):
    item = benchmark(name)
    assert item.program.is_file()
    assert set(item.check({})) == {parameter.name for parameter in item.parameters}


def test_values_are_cleaned():
    assert benchmark("pi").check({"samples": "1_000,000"})["samples"] == "1000000"


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("pi", {"samples": "many"}, "pi: samples: 'many' is not a whole number"),
        ("pi", {"samples": "0"}, "0 is not between 1 and"),
        ("pi", {"partitions": "-3"}, "-3 is not between 0 and"),
        ("pi", {"sample": "1"}, "has no parameter 'sample'. It has: samples, partitions, "),
        ("linecount", {"path": "relative"}, "'relative' is not an absolute path"),
        ("linecount", {"generate": "100q"}, "'100q' is not an amount of memory"),
        ("sort", {"size": "0"}, "'0' is not an amount of memory"),
        ("sort", {"size": "-5m"}, "'-5m' is not an amount of memory"),
    ],
)
def test_bad_values_are_refused(name, values, message):
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        benchmark(name).check(values)


def test_an_unknown_benchmark():
    with pytest.raises(UsageError, match="There are: pi, linecount, wordcount"):
        benchmark("tpcds")

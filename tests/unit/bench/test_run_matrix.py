from dataclasses import replace

import pytest

from pitui.bench.run_matrix import ScalingPoint, cells_of, merge_rounds, scaling
from pitui.bench.suites import BENCHMARKS, benchmark
from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.errors import UsageError

RUN = Run("1", "pi", benchmark=True, cluster="c", node="n", folder="/f", started_at=1.0)


def words(name: str, *values: tuple[str, str], **options: object) -> list[str]:
    return [str(cell) for cell in cells_of(benchmark(name), values, **options)]


def test_one_cell_where_nothing_is_compared():
    assert words("aggregate") == ["all workers"]
    assert words("aggregate", ("size", "1g"), local=True) == ["local size=1g"]


def test_a_parameter_that_stands_twice_is_compared():
    found = words("linecount", ("path", "/a"), ("path", "/b"))
    assert found == ["all workers path=/a", "all workers path=/b"]
    found = words("sort", ("executor_memory", "512m"), ("executor_memory", "1g"),
                  ("executor_cores", "1"), ("executor_cores", "2"))  # fmt: skip
    assert len(found) == 4


def test_workers_and_the_masters_machine():
    assert words("aggregate", workers=[1, 2]) == ["1 worker", "2 workers"]
    assert words("aggregate", workers=[3], local=True) == ["3 workers", "local"]


def test_the_same_twice_is_one_cell():
    assert len(words("aggregate", ("size", "1g"), ("size", "1g"))) == 1


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([("executor_cores", "2")], {"workers": [1]}, "does not go with --workers"),
        ([("executor_cores", "2")], {"local": True}, "does not go with --local"),
        ([("size", "1g"), ("generate", "1g")], {}, "two words for one thing"),
        ([("executor_memory", "100m")], {}, "less than Spark's least of 450m"),
        ([("warm", "maybe")], {}, "neither yes nor no"),
    ],
)
def test_what_makes_no_sense(values, options, message):
    with pytest.raises(UsageError, match=message):
        cells_of(BENCHMARKS["linecount"], values, **options)


def test_rounds_become_one_run():
    runs = [
        replace(RUN, id=str(n), started_at=float(n), seconds=s, repeats=(Repeat(s, "x"),))
        for n, s in enumerate([3.0, 1.0, 2.0])
    ]
    whole = merge_rounds(runs)
    assert (whole.id, whole.started_at, whole.seconds) == ("2", 0.0, 2.0)
    assert [repeat.seconds for repeat in whole.repeats] == [3.0, 1.0, 2.0]
    assert merge_rounds(runs[::-1]).id == "2"
    assert merge_rounds([RUN]) == RUN


def test_scaling():
    assert scaling({1: 60.0, 2: 30.0, 3: 25.0}) == [
        ScalingPoint(1, 1.0, 1.0),
        ScalingPoint(2, 2.0, 1.0),
        ScalingPoint(3, 2.4, 0.8),
    ]
    assert scaling({2: 30.0, 4: 20.0})[1] == ScalingPoint(4, 1.5, 0.75)
    assert scaling({}) == []

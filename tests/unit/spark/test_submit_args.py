import pytest

from pitui.spark.submit_args import parse_properties, parse_submit
from pitui.spark.submit_plan import SubmitFacts, plan_additions

FACTS = SubmitFacts("spark://nuc:7077", {}, {}, 512, "192.168.1.5", "python3")


def added(words, **changes):
    facts = SubmitFacts(**{name: getattr(FACTS, name) for name in FACTS.__slots__} | changes)
    return [word for a in plan_additions(parse_submit(words), facts) for word in a.words]


def test_options_and_application_are_told_apart():
    parsed = parse_submit(
        [
            "--conf",
            "spark.a=b c",
            "-c",
            "spark.d=e",
            "--verbose",
            "--executor-memory=600m",
            "--py-files",
            "x.py",
            "pi.py",
            "--conf",
            "mine",
        ]
    )
    assert parsed.application == "pi.py"
    assert parsed.arguments == ("--conf", "mine")
    assert parsed.conf == {"spark.a": "b c", "spark.d": "e", "spark.executor.memory": "600m"}
    assert parsed.words(["--master", "M"])[:4] == ["--master", "M", "--conf", "spark.a=b c"]


def test_option_without_value_is_refused():
    with pytest.raises(ValueError, match="--conf needs a value"):
        parse_submit(["--conf"])


def test_everything_missing_is_added():
    assert added(["pi.py"]) == [
        "--master", "spark://nuc:7077",
        "--conf", "spark.executor.memory=512m",
        "--conf", "spark.driver.host=192.168.1.5",
        "--conf", "spark.pyspark.python=python3",
    ]  # fmt: skip


def test_what_the_person_said_stays():
    words = [
        "--master", "spark://other:7077", "--executor-memory", "700m",
        "--conf", "spark.driver.host=x", "--conf", "spark.pyspark.python=p", "pi.py",
    ]  # fmt: skip
    assert added(words) == []


def test_what_the_node_says_stays():
    defaults = {"spark.executor.memory": "600m", "spark.master": "local[*]"}
    environment = {"SPARK_LOCAL_IP": "10.0.0.1", "PYSPARK_PYTHON": "python3.12"}
    assert added(["pi.py"], defaults=defaults, environment=environment) == [
        "--master",
        "spark://nuc:7077",
    ]


def test_a_jar_needs_no_python_and_big_workers_no_memory():
    words = added(["app.jar"], executor_memory_mib=1024)
    assert words == ["--master", "spark://nuc:7077", "--conf", "spark.driver.host=192.168.1.5"]


def test_a_driver_on_a_worker_keeps_its_own_address():
    assert "spark.driver.host=192.168.1.5" not in added(["--deploy-mode", "cluster", "a.jar"])


def test_properties():
    text = "# no\n\nspark.master  spark://h:1\nspark.a=b\nspark.c : d e\nspark.flag\n"
    assert parse_properties(text) == {
        "spark.master": "spark://h:1",
        "spark.a": "b",
        "spark.c": "d e",
        "spark.flag": "",
    }

"""spark-submit's command line and properties files: pitui reads them as Spark's own classes do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from py4j.protocol import Py4JJavaError
from support.spark_jvm import SparkJvm, spark_homes, spark_jvm

from pitui.spark.properties import parse_properties, property_lines
from pitui.spark.submit.submit_args import OPTIONS, SHORT, SWITCHES, parse_submit
from pitui.spark.submit.submit_paths import path_uses, properties_files
from pitui.spark.submit.submit_settings import take_settings

NOT_IN_35 = {"--driver-default-class-path", "--extra-properties-file", "--load-spark-defaults"}
FEW = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture(scope="module", params=spark_homes(), ids=lambda home: home.parent.name)
def spark(request: pytest.FixtureRequest) -> Iterator[SparkJvm]:
    with spark_jvm(request.param) as jvm:
        yield jvm


def test_the_options_are_those_of_the_parser(spark: SparkJvm) -> None:
    with_value, switches = spark.options()
    missing = NOT_IN_35 if spark.version.startswith("3.") else set()
    assert set(with_value.values()) == OPTIONS - missing
    assert set(switches.values()) == SWITCHES - missing
    short = {word: name for word, name in (with_value | switches).items() if word != name}
    assert short == SHORT


WORDS = st.sampled_from(
    [
        *sorted(OPTIONS - NOT_IN_35 - {"--kill", "--status", "--remote", "--proxy-user"}),
        "-c", "-v", "--verbose", "--supervise",
        "--conf=spark.a=b", "--conf=", "--jars=x=y", "--jars=", "--verbose=yes", "-c=spark.a=b",
        "--nonsense", "--name=a\nb", "-", "--", "a.jar", "job.py", "spark.a=1", "spark.a=2",
        "spark.executor.memory=1g", " spark.b = c ", "=x", "none", "client", "", "a b", "2",
        "run-examples", "--executor-memory=2g", "--jars=a,,b c.jar",
    ]
)  # fmt: skip


@FEW
@given(st.lists(WORDS, max_size=7))
@example(["--conf", "spark.executor.memory=1g", "--executor-memory", "2g", "x.py", "--jars", "y"])
@example(["--verbose=3", "--name=a=b", "job.py"])
@example(["--py-files"])
def test_a_command_line_is_taken_apart_as_spark_does(spark: SparkJvm, words: list[str]) -> None:
    try:
        theirs = spark.submit(words, {"SPARK_CONF_DIR": "/nonexistent"})
    except Py4JJavaError as error:
        said = str(error.java_exception.getMessage())
        if any(part in said for part in ("Missing argument", "Unrecognized", "without '='")):
            with pytest.raises(ValueError, match=r"unknown option|needs a value|has no ="):
                parse_submit(words)
        return  # what the options mean together is for Spark to judge
    ours = parse_submit(words)
    if theirs["application"] is None:
        assert ours.application is None
    else:
        assert theirs["application"] == spark.uri(ours.application or "")
    assert list(ours.arguments) == theirs["arguments"]
    mine = {key: value for key, value in ours.conf.items() if key in theirs["conf"]}
    memory = "spark.executor.memory"
    assert {k: v for k, v in mine.items() if k == "spark.a"} == {
        k: v for k, v in theirs["conf"].items() if k == "spark.a"
    }
    assert (ours.conf.get(memory) or None) == (theirs["executor_memory"] or None)
    again = parse_submit(ours.words())
    assert (again.options, again.application) == (ours.options, ours.application)


@pytest.mark.parametrize(
    "words",
    [
        ["--jars", "a.jar,,lib/b.jar", "--jars=c.jar,/d.jar"],
        ["--archives", "env.tgz#env,/x/e.zip#b,local:/opt/y.zip", "--py-files", "h.py,http://a/b"],
        ["--conf", "spark.jars=e.jar", "--jars", "f.jar"],
        ["--jars", "f.jar", "--conf", "spark.jars=e.jar"],
        ["--conf", "spark.files=a", "--conf", "spark.files=b,file:///c d"],
        ["--files", "file:/q%20r,hdfs://n/x,lib/*.txt"],
    ],
)
def test_the_paths_that_count_are_those_that_spark_takes(spark: SparkJvm, words: list[str]) -> None:
    theirs = spark.submit([*words, "app.jar"], {"SPARK_CONF_DIR": "/nonexistent"})
    lists = ("jars", "files", "archives", "py_files")
    every = [item for key in lists for item in (theirs[key] or "").split(",") if item]
    on_machines = {spark.uri(item) for item in every if ":" not in item or item[:2] in ("fi", "lo")}
    uses = [use for use in path_uses(parse_submit([*words, "app.jar"])) if use.path != "app.jar"]
    mine = {spark.uri(use.text(use.path)) for use in uses}
    here = Path.cwd().as_uri().replace("file://", "file:")
    assert {path.replace(f"{here}/", "") for path in mine} == {
        path.replace(f"{here}/", "").replace("file:///", "file:/") for path in on_machines
    }


TEXTS = st.text(st.sampled_from("ab.=: \t\f\\\n\r#!u0049DdéZx-,\u2028\x85\x0b\x1c😀"), max_size=40)


@FEW
@given(TEXTS)
@example("spark.a b\\\n  c\n")
@example("spark.a\\\n")
@example("spark.a b\\")
@example("\\")
@example("\\\r")
@example("\\\n ")
@example("# a\\\nspark.b c")
@example("spark.a=b\\\\\nspark.c : d e\r\nspark.e\\:f:g\rspark.h\\ i j")
@example("spark.a = \\u0041\\u00e9\\uD83D\\uDE00 \nspark.b=\\q\\t")
@example("spark.a=\\u00g1")
@example("spark.a b\\\n\nspark.c d")
@example("!x\nspark.dir /tmp/a\\\n/b\n")
def test_a_properties_file_is_read_as_spark_reads_it(
    spark: SparkJvm, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "spark.conf"
    file.write_bytes(text.encode())
    try:
        theirs = spark.properties(file)
    except Py4JJavaError:
        with pytest.raises(ValueError, match="malformed"):
            parse_properties(text)
        return
    assert parse_properties(text) == theirs


NAMES = st.text(st.sampled_from("abz._-=: #!\\éA"), min_size=1, max_size=12)
VALUES = st.text(st.sampled_from("ab=: #!\\\n\r\t\fé😀$\"'\x01"), max_size=12)


@FEW
@given(st.dictionaries(NAMES, VALUES, max_size=4))
@example({"spark.a": "=b", "spark.c": ":d", "spark.e": "\\", "spark.f": "", "spark.g": "C:\\x"})
def test_what_provisioning_writes_is_what_spark_reads(
    spark: SparkJvm, tmp_path: Path, values: dict[str, str]
) -> None:
    file = tmp_path / "spark-defaults.conf"
    file.write_bytes("".join(f"{line}\n" for line in property_lines(values)).encode())
    blanks = "".join(chr(code) for code in range(33) if chr(code) not in "\r\n")
    assert spark.properties(file) == {key: value.strip(blanks) for key, value in values.items()}


@pytest.mark.parametrize("load", [(), ("--load-spark-defaults",)])
@pytest.mark.parametrize("extra", [0, 2])
@pytest.mark.parametrize("own", [0, 1])
def test_which_files_count_and_in_which_order(
    spark: SparkJvm, tmp_path: Path, load: tuple[str, ...], extra: int, own: int
) -> None:
    if spark.version.startswith("3."):
        load, extra = (), 0  # options of Spark 4
    words = [*load]
    for name in [*["--properties-file"] * own, *["--extra-properties-file"] * extra]:
        file = tmp_path / f"{len(words)}.conf"
        file.write_text(f"spark.k {file.name}\nspark.{file.name} x\n")
        words += [name, str(file)]
    (tmp_path / "spark-defaults.conf").write_text("spark.k defaults\nspark.d x\n")
    theirs = spark.submit([*words, "a.py"], {"SPARK_CONF_DIR": str(tmp_path)})["conf"]
    arguments = parse_submit([*words, "a.py"])
    read = [Path(use.path) for use in properties_files(arguments)]
    if arguments.reads_defaults:
        read.insert(0, tmp_path / "spark-defaults.conf")
    ours: dict[str, str] = {}
    for path in read:
        ours |= parse_properties(path.read_text())
    assert ours == theirs


SETTINGS = st.lists(
    st.tuples(
        st.sampled_from(["spark.k", "spark.d", "spark.my.password", "spark.x:= y", "none"]),
        st.text(st.sampled_from("ab=: #!\\\n\ré😀$\"'"), max_size=8),
    ),
    max_size=4,
)


@FEW
@given(SETTINGS, st.booleans())
@example([("spark.my.password", "=a\\ #"), ("spark.k", " a"), ("spark.k", "b")], True)
def test_settings_in_one_file_mean_what_they_mean_as_options(
    spark: SparkJvm, tmp_path: Path, given_settings: list[tuple[str, str]], own: bool
) -> None:
    defaults = tmp_path / "spark-defaults.conf"
    defaults.write_text("spark.k defaults\nspark.d x\\")
    words = [word for pair in given_settings for word in ("--conf", "=".join(pair))]
    if own:
        (tmp_path / "own.conf").write_text("spark.k own")
        words += ["--properties-file", str(tmp_path / "own.conf")]
    environment = {"SPARK_CONF_DIR": str(tmp_path)}
    theirs = spark.submit([*words, "a.py"], environment)["conf"]
    arguments = parse_submit([*words, "a.py"])
    try:
        arguments, taken = take_settings(arguments, "" if own else str(defaults))
    except ValueError as error:
        assert "spark.my.password" in str(error)  # noqa: PT017
        return
    merged = tmp_path / "merged.conf"
    texts = [Path(file).read_text() for file in taken.files] + [taken.text]
    merged.write_text("".join(f"{text}\n\n" for text in texts))
    added = ["--properties-file", str(merged)] if taken else []
    ours = arguments.words(added)
    assert not any("password" in word for word in ours)
    assert spark.submit(ours, environment)["conf"] == theirs

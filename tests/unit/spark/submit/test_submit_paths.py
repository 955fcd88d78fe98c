"""Paths of a command line: which there are, and others in their place."""

from pitui.spark.submit.submit_args import parse_submit
from pitui.spark.submit.submit_paths import path_uses, paths_of_files, properties_files, with_paths


def used(*words):
    return [use.path for use in path_uses(parse_submit(list(words)))]


def moved(*words):
    arguments = with_paths(parse_submit(list(words)), lambda use: [f"/run/{use.path}"])
    return arguments.words()


def test_every_option_that_names_files():
    words = [
        "--py-files", "a.py,b.zip", "--jars=c.jar", "--files", "d#e", "--archives", "f.tgz#env",
        "--properties-file", "g.conf", "--keytab", "h", "--driver-class-path", "i.jar:j",
        "--conf", "spark.jars.ivySettings=k.xml", "--name", "no", "app.py", "l.py",
    ]  # fmt: skip
    assert used(*words) == [
        "a.py", "b.zip", "c.jar", "d", "f.tgz", "g.conf", "h", "i.jar", "j", "k.xml", "app.py",
    ]  # fmt: skip
    assert moved(*words) == [
        "--py-files", "/run/a.py,/run/b.zip", "--jars", "/run/c.jar", "--files", "/run/d#e",
        "--archives", "/run/f.tgz#env", "--properties-file", "/run/g.conf", "--keytab", "/run/h",
        "--driver-class-path", "/run/i.jar:/run/j", "--conf", "spark.jars.ivySettings=/run/k.xml",
        "--name", "no", "/run/app.py", "l.py",
    ]  # fmt: skip


def test_properties_that_name_files():
    for key in ("spark.jars", "spark.files", "spark.archives", "spark.submit.pyFiles"):
        assert moved("--conf", f"{key}=a,b", "x.jar")[1] == f"{key}=/run/a,/run/b"


def test_what_lies_elsewhere_stays():
    words = ["--jars", "hdfs://n/a.jar,http://h/b.jar,s3a://c/d.jar", "--packages", "g:a:1"]
    assert used(*words, "hdfs:///app.py") == []
    assert moved(*words, "hdfs:///app.py") == [*words, "hdfs:///app.py"]
    assert used("spark-internal") == []


def test_addresses_of_files():
    (use,) = path_uses(parse_submit(["file:///a%20b.py"]))
    assert (use.path, use.on_every_node) == ("/a b.py", False)
    (use,) = path_uses(parse_submit(["local:/opt/x.py"]))
    assert (use.path, use.on_every_node) == ("/opt/x.py", True)
    assert use.text("/opt/y.py") == "local:/opt/y.py"


def test_only_what_counts_is_looked_at():
    assert used("--jars", "old.jar", "--jars", "new.jar", "a.jar") == ["new.jar", "a.jar"]
    assert used("--jars", "b.jar", "--conf", "spark.jars=c.jar", "a.jar") == ["b.jar", "a.jar"]
    two = ("--extra-properties-file", "x", "--extra-properties-file", "y", "a.jar")
    assert used(*two) == ["x", "y", "a.jar"]
    words = parse_submit([*two[:4], "--properties-file", "z", *two[4:]])
    assert [use.path for use in properties_files(words)] == ["z", "x", "y"]


def test_a_name_behind_a_file_with_blanks_is_kept():
    words = parse_submit(["--archives", "my env.tgz#env", "a.py"])
    moved = with_paths(words, lambda use: [f"/run/{use.path}"]).words()
    assert moved[1] == "file:///run/my%20env.tgz#env"


def test_a_pattern_becomes_its_files():
    words = parse_submit(["--jars", "lib/*.jar,c.jar", "a.jar"])
    moved = with_paths(words, lambda use: ["/1.jar", "/2.jar"] if "*" in use.path else [])
    assert moved.words()[1] == "/1.jar,/2.jar,c.jar"


def test_paths_in_a_file_count_unless_the_line_says_otherwise():
    arguments = parse_submit(["--jars", "x.jar", "a.py"])
    settings = {"spark.jars": "a.jar", "spark.files": "b", "spark.app.name": "n"}
    assert paths_of_files(arguments, settings) == {"spark.files": "b"}

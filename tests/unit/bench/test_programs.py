"""The programs' checks: what is right passes, and a wrong answer planted anywhere is caught."""

import importlib
import math
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from pitui.bench.suites import BENCHMARKS, PROGRAMS


@pytest.fixture
def program(monkeypatch) -> Callable[[str], object]:
    """Import programs as spark-submit does: from their own folder."""
    monkeypatch.syspath_prepend(str(PROGRAMS))
    names = [path.stem for path in PROGRAMS.glob("*.py")]
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module
    for name in names:
        sys.modules.pop(name, None)


def caught(program, check: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(program("harness").WrongAnswerError) as error:
        check(*arguments)
    return str(error.value)


def test_every_benchmark_has_a_test_here():
    here = Path(__file__).read_text()
    for item in BENCHMARKS.values():
        assert f'program("{item.program.stem}")' in here, item.name


def test_pi(program):
    pi = program("pi")
    shares = [(0, 5000), (1, 5001), (2, 300)]
    right = [pi.points_inside(*share) for share in shares]
    assert pi.checked(shares, right).startswith("3.1")
    assert right[2][0] == right[2][1]
    for place in range(3):
        inside, first = right[place]
        for wrong in [(inside, first + 1), (inside - 700, first), (0, 0), (inside + 290, first)]:
            planted = [*right[:place], wrong, *right[place + 1 :]]
            if planted != right:
                caught(program, pi.checked, shares, planted)
    assert "2 of 3 tasks" in caught(program, pi.checked, shares, right[:2])
    # Somebody else's points: as many as there should be, and near pi, but not these.
    others = [pi.points_inside(seed + 9, count) for seed, count in shares]
    assert "task 0 found" in caught(program, pi.checked, shares, others)


def test_line_count(program):
    line_count = program("line_count")
    assert line_count.checked(12, 12) == "12"
    assert line_count.checked(None, 12) == "12"
    assert "11 lines were counted, there are 12" in caught(program, line_count.checked, 12, 11)
    caught(program, line_count.checked, 0, 1)


@pytest.mark.parametrize(
    ("text", "lines"),
    [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"\n\n", 2), (b"a\r\nb\r\n", 2),
     (b"a\rb", 2), (b"a\n\rb", 3), (b"x" * (2**20 - 1) + b"\r\ny\n", 2)],
)  # fmt: skip
def test_lines_are_counted_as_hadoop_does(program, tmp_path, text, lines):
    file = tmp_path / "text"
    file.write_bytes(text)
    assert program("text_files").lines_here(file) == lines


def test_word_count(program, tmp_path):
    check = program("word_count").checked
    right = {"a": 2, "b": 1}
    assert check(right, dict(right)) == "3"
    assert check(None, right) == "3"
    for wrong in [{"a": 2}, {"a": 3, "b": 1}, {"a": 2, "b": 1, "c": 1}, {"a": 1, "b": 2}, {}]:
        caught(program, check, right, wrong)
    (tmp_path / "text").write_text("a b\r\n\n  a\n", newline="")
    (tmp_path / "_ignored").write_text("c")
    assert program("text_files").words_here(tmp_path) == right


def test_aggregate(program):
    aggregate = program("aggregate")
    rows = 3 * aggregate.KEYS
    right = {"keys": aggregate.KEYS, "rows": rows, "total": rows * (rows - 1) // 2, "wrong": 0}
    assert aggregate.checked(rows, right) == str(aggregate.KEYS)
    for name, value in right.items():
        for off in (-1, 1):
            caught(program, aggregate.checked, rows, {**right, name: value + off})
    # The formula of a key's sum, against rows that are really summed.
    keys, step, back = aggregate.KEYS, aggregate.STEP, aggregate.BACK
    for key in (0, 1, 77, keys - 1):
        mine = [row for row in range(3 * keys) if row * step % keys == key]
        assert sum(mine) == 3 * (key * back % keys) + keys * 3 * 2 // 2


def test_sort(program):
    sort = program("sort")
    rows = [(-5,), (-5,), (0,), (7,), (9,)]
    parts = [*sort.ends_of(rows[:2]), *sort.ends_of([]), *sort.ends_of(rows[2:])]
    assert parts == [(2, -5, -5, True), (3, 0, 9, True)]
    assert sort.checked((5, 42), parts, 42) == "5"
    wrong = [
        ((5, 42), parts, 43),
        ((6, 42), parts, 42),
        ((4, 42), parts, 42),
        ((5, 42), parts[::-1], 42),
        ((5, 42), [*sort.ends_of(rows[1::-1]), *sort.ends_of([(9,), (0,), (7,)])], 42),
        ((5, 42), [], 42),
    ]
    for planted in wrong:
        caught(program, sort.checked, *planted)


def test_join(program):
    join = program("join")
    rows = 2 * join.SMALL
    right = join.expected(rows)
    assert join.checked(rows, dict(right)) == str(2 * rows)
    for name in right:
        assert name in caught(program, join.checked, rows, {**right, name: right[name] + 1})
    # The formulas, against a join in Python; every partner is met once.
    partners = [(row * join.STEP + 1) % rows for row in range(rows)]
    assert sorted(partners) == list(range(rows))
    assert right["large-large total"] == sum(3 * partner for partner in partners)
    assert right["large-small total"] == sum(row % join.SMALL * 5 for row in range(rows))


@pytest.mark.parametrize("mib", [1, 5, 10, 100, 1024, 30_000])
def test_every_row_of_a_join_has_a_partner_at_any_size(program, mib):
    join, harness = program("join"), program("harness")
    rows = harness.rows_for_size(mib * 2**20 // 2, join.SMALL)
    assert rows % join.SMALL == 0
    assert math.gcd(rows, join.STEP) == 1


def test_memory(program):
    memory = program("memory")
    right = [(0, 10, 45, -9, -9, 99, 99), (1, 10, 145, -8, -8, -3, -3)]
    memory.checked(2, 10, right)
    for wrong in [
        right[:1],
        [right[0], (1, 9, 145, -8, -8, -3, -3)],
        [(0, 10, 45, -9, -9, 98, 99), right[1]],
        [(0, 10, 45, -8, -9, 99, 99), right[1]],
        [(0, 10, 46, -9, -9, 99, 99), right[1]],
        [right[0], (2, 10, 245, -8, -8, -3, -3)],
    ]:
        caught(program, memory.checked, 2, 10, wrong)


def node(name: str, other: str, **changed: object) -> dict[str, object]:
    pairs = [{"to": other, "sent": f"{name}>{other}", "mib_s": 11.0},
             {"from": other, "received": f"{other}>{name}"}]  # fmt: skip
    return {
        "node": name, "written": "w", "read": "w", "write_mib_s": 20.0, "read_mib_s": 40.0,
        "pairs": pairs, **changed,
    }  # fmt: skip


def test_io(program):
    io = program("disk_network")
    right = [node("a", "b"), node("b", "a", write_mib_s=9.5)]
    assert io.checked(right) == "disk 9.5 write 40.0 read, network 11.0 MiB/s"
    assert io.detail_of(right)["a to b"] == "11.0 MiB/s"
    assert io.checked([node("a", "b", pairs=[])]) == "disk 20.0 write 40.0 read MiB/s"
    lost = [{"to": "b", "sent": "a>b", "mib_s": 1.0}]
    for wrong in [
        [],
        [node("a", "b", read="r"), node("b", "a")],
        [node("a", "b", pairs=[{"to": "b", "sent": "x", "mib_s": 1.0}]), node("b", "a")],
        [node("a", "b", pairs=lost), node("b", "a", pairs=[])],
        [node("a", "b", pairs=[]), node("b", "a", pairs=[])],
    ]:
        caught(program, io.checked, wrong)


def test_io_reads_what_it_wrote_and_leaves_nothing(program, tmp_path):
    found = program("disk_network").disk_speed(3 * 2**20, str(tmp_path))
    assert found["written"] == found["read"]
    assert found["write_mib_s"] > 0
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_nobody_knows_has_to_stay_the_same(program):
    same = program("harness").SameAnswer()
    same.check({"a": 0}, "it is")
    same.check({"a": 0}, "it is")
    words = caught(program, same.check, {"a": 1}, "it is")
    assert words == "it is another answer than the first time"


def test_sql(program):
    sql, queries = program("sql"), program("sql_queries").QUERIES
    right = {name: f"1 {name}" for name in queries}
    assert sql.checked(right, dict(right)) == str(len(queries))
    assert sql.checked(None, right) == str(len(queries))
    for name in queries:
        assert repr(name) in caught(program, sql.checked, right, {**right, name: "2 other"})
        caught(program, sql.checked, right, {n: a for n, a in right.items() if n != name})
    rows = [["a", 1, None], ["b", 2, "x"]]
    digests = {sql.digest_of(r) for r in (rows, rows[::-1], rows[:1], [["a", 1, "x"], rows[1]])}
    assert len(digests) == 4
    counts = {"nation": 25, "region": 5, "customer": 1500, "orders": 15_000, "part": 2000,
              "partsupp": 8000, "supplier": 100, "lineitem": 60_175}  # fmt: skip
    sql.checked_tables(0.01, counts)
    for table in counts:
        caught(program, sql.checked_tables, 0.01, {**counts, table: 1})


def test_the_right_answers_are_what_duckdb_says(program, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    made = _tables(tmp_path, "0.01")
    sql, queries = program("sql"), program("sql_queries")
    database = duckdb.connect()
    for table in queries.TABLES:
        database.execute(f"CREATE VIEW {table} AS SELECT * FROM '{made}/{table}.parquet'")
    answers = {
        name: sql.digest_of(database.execute(text).fetchall())
        for name, text in queries.QUERIES.items()
    }
    assert answers == program("sql_answers").ANSWERS["0.01"]


def _tables(folder: Path, scale: str) -> Path:
    generator = Path(sysconfig.get_path("scripts")) / "tpchgen-cli"
    if not generator.is_file():
        pytest.skip("tpchgen-cli is not installed: pip install pitui[bench]")
    made = folder / "tables"
    words = [generator, "parquet", "-s", scale, "--output-dir", made]
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    return made


# -- made text ---------------------------------------------------------------------------------


def test_made_text_is_the_same_everywhere_and_counted_right(program, tmp_path):
    make_text, files = program("make_text"), program("text_files")
    one, other = str(tmp_path / "one" / "t"), str(tmp_path / "other" / "t")
    digest = make_text.make(one, 1, "seed")
    assert make_text.make(other, 1, "seed") == digest
    assert make_text.make(str(tmp_path / "third"), 1, "another seed") != digest
    text = files.TextFiles(Path(one), warm=True)
    assert 0.9 * 2**20 < text.size <= 1.1 * 2**20
    assert text.manifest["bytes"] == text.size
    assert text.manifest["lines"] == files.lines_here(Path(one))
    assert text.manifest["words"] == files.words_here(Path(one))
    assert [p.name for p in (tmp_path / "one").iterdir()] == ["t"]


def test_made_text_is_kept_or_made_anew(program, tmp_path):
    make_text, path = program("make_text"), tmp_path / "t"
    digest = make_text.make(str(path), 1, "seed")
    before = (path / "part-00000.txt").stat().st_mtime_ns
    assert make_text.make(str(path), 1, "seed") == digest
    assert (path / "part-00000.txt").stat().st_mtime_ns == before
    assert make_text.make(str(path), 2, "seed") != digest
    (path / "_MANIFEST.json").write_text("{damaged")
    assert make_text.make(str(path), 1, "seed") == digest


def test_made_text_says_in_a_line_what_stands_in_its_way(tmp_path):
    (tmp_path / "file").touch()
    for folder, words in [(tmp_path / "file" / "t", "File exists"), (tmp_path / "t", "wanted")]:
        answer = subprocess.run(
            [sys.executable, "-IS", PROGRAMS / "make_text.py", folder, str(10**9), "s"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert answer.returncode == 1
        assert words in answer.stderr
        assert len(answer.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

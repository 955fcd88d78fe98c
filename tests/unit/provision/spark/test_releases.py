"""Where a release is, and what the text beside it says."""

import hashlib

import pytest

from pitui.provision.spark.releases import APACHE, archive_name, downloads, published_sum

NAME = "spark-4.3.0-bin-hadoop3.tgz"
SUM = hashlib.sha512(b"spark").hexdigest()
OTHER = hashlib.sha512(b"other").hexdigest()
WORDS = [SUM[n : n + 8].upper() for n in range(0, 128, 8)]
PAIRS = [SUM[n : n + 4].upper() for n in range(0, 128, 4)]


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("4.3.0", "spark-4.3.0-bin-hadoop3.tgz"),
        ("4.0.0-preview1", "spark-4.0.0-preview1-bin-hadoop3.tgz"),
        ("3.5.8", "spark-3.5.8-bin-hadoop3.tgz"),
        ("3.3.0", "spark-3.3.0-bin-hadoop3.tgz"),
        ("3.2.4", "spark-3.2.4-bin-hadoop3.2.tgz"),
        ("3.0.3", "spark-3.0.3-bin-hadoop3.2.tgz"),
        ("2.4.8", "spark-2.4.8-bin-hadoop2.7.tgz"),
    ],
)
def test_the_name_of_a_release(version, name):
    assert archive_name(version) == name


def test_apache_has_it_and_its_archive():
    first, last = downloads("4.3.0")
    assert first.archive == f"{APACHE[0].archives}/spark-4.3.0/{NAME}"
    assert first.sum == f"{APACHE[0].sums}/spark-4.3.0/{NAME}.sha512"
    assert last.archive == f"{APACHE[1].archives}/spark-4.3.0/{NAME}"
    assert last.sum == f"{last.archive}.sha512"
    (own,) = downloads("4.3.0", ["https://mirror.lan/spark/"])
    assert own.archive == f"https://mirror.lan/spark/spark-4.3.0/{NAME}"


@pytest.mark.parametrize(
    "text",
    [
        f"{SUM}  {NAME}\n",
        f"{SUM} *{NAME}\r\n",
        f"{SUM.upper()}  ./{NAME}\n",
        f"{OTHER}  other.tgz\n{SUM}  {NAME}\n",
        f"SHA512 ({NAME}) = {SUM}\n",
        f"{NAME}: {' '.join(WORDS[:8])}\n    {' '.join(WORDS[8:])}\n",
        f"{NAME}: {'  '.join(PAIRS[:16])}\n{' ' * 20}{' '.join(PAIRS[16:])}\n",
        f"other.tgz: {OTHER}\n{NAME}:\n{SUM}\n",
        f"{SUM}\n",
        "\n".join(WORDS),
    ],
)
def test_every_form_of_a_figure(text):
    assert published_sum(text, NAME) == SUM


@pytest.mark.parametrize(
    "text",
    ["", "<html>404</html>", f"{SUM}  other.tgz\n", SUM[:-1], f"{NAME}: {SUM}0", f"x{SUM}  {NAME}"],
)
def test_what_is_no_figure_of_it(text):
    assert published_sum(text, NAME) == ""

"""Archives: what a good one says, and every way to be bad."""

import io
import tarfile
from pathlib import Path

import msgspec
import pytest

from pitui.config.model import ClusterSection, Config, NodeSection, SparkSection
from pitui.provision.spark.archive import Archive, ArchiveError, read_archive
from pitui.provision.spark.archive_source import obtain

TOP = "spark-4.3.0-bin-hadoop3"


def make(path: Path, names: list[str], *, links: dict[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            data = (
                b"Spark 4.3.0 built for Hadoop 3.4.2\n" if name.endswith("RELEASE") else b"x" * 500
            )
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    return path


def names(top: str = TOP) -> list[str]:
    return [f"{top}/bin/spark-class", f"{top}/jars/spark-core_2.13-4.3.0.jar", f"{top}/RELEASE"]


def config_for(path: str, **spark: str) -> Config:
    return Config(
        cluster=ClusterSection(master="nuc"),
        nodes={"nuc": NodeSection(host="local")},
        spark=SparkSection(archive=path, **spark),
    )


async def take(config: Config) -> Archive:
    return await obtain(config, lambda what, transfer: None)


def test_a_good_one_says_what_it_is(tmp_path):
    path = make(tmp_path / "spark.tgz", names(), links={f"{TOP}/conf.old": "bin/../RELEASE"})
    archive = read_archive(path)
    assert (archive.version, archive.top) == ("4.3.0", TOP)
    assert archive.size == path.stat().st_size
    assert len(archive.sha512) == 128
    assert archive.unpacked > 1500


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_truncated_one_is_found(tmp_path, kept):
    path = make(tmp_path / "spark.tgz", names())
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(ArchiveError, match=r"truncated|damaged"):
        read_archive(path)


def test_a_flipped_bit_is_found(tmp_path):
    path = make(tmp_path / "spark.tgz", names())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"damaged|truncated|not a tar archive"):
        read_archive(path)


def test_a_web_page_is_no_archive(tmp_path):
    path = tmp_path / "spark.tgz"
    path.write_text("<html>404</html>" * 100)
    with pytest.raises(ArchiveError, match="not a tar archive"):
        read_archive(path)


@pytest.mark.parametrize(
    ("extra", "links"),
    [
        (["../evil"], {}),
        (["/etc/cron.d/evil"], {}),
        ([f"{TOP}/../../evil"], {}),
        ([], {f"{TOP}/link": "../../etc"}),
        ([], {f"{TOP}/link": "/etc/shadow"}),
    ],
)
def test_what_leaves_its_folder_is_refused(tmp_path, extra, links):
    path = make(tmp_path / "spark.tgz", [*names(), *extra], links=links)
    with pytest.raises(ArchiveError, match="outside its folder"):
        read_archive(path)


def test_two_folders_and_other_software_are_refused(tmp_path):
    with pytest.raises(ArchiveError, match="single folder"):
        read_archive(make(tmp_path / "two.tgz", [*names(), "other/file"]))
    with pytest.raises(ArchiveError, match="does not contain Spark"):
        read_archive(make(tmp_path / "other.tgz", ["hadoop-3.4/bin/hdfs"]))
    with pytest.raises(ArchiveError, match=r"cannot read .*: No such file"):
        read_archive(tmp_path / "missing.tgz")


async def test_it_is_read_once_as_long_as_it_stays_the_same(tmp_path, home):
    path = make(tmp_path / "spark.tgz", names())
    first = await take(config_for(str(path)))
    notes = list((home / ".cache/pitui/archives").glob("*.json"))
    assert len(notes) == 1
    text = notes[0].read_text()
    notes[0].write_text(text.replace(first.sha512, "f" * 128))
    assert (await take(config_for(str(path)))).sha512 == "f" * 128

    make(path, [*names(), f"{TOP}/more"])
    again = await take(config_for(str(path)))
    assert again.sha512 not in ("f" * 128, first.sha512)
    assert msgspec.json.decode(notes[0].read_bytes())["archive"]["sha512"] == again.sha512


async def test_another_digest_or_version_than_configured_is_refused(tmp_path):
    path = str(make(tmp_path / "spark.tgz", names()))
    with pytest.raises(ArchiveError, match=r"has SHA-512 .*, but spark.sha512 is 0000000000000000"):
        await take(config_for(path, sha512="0" * 128))
    with pytest.raises(
        ArchiveError, match=r"contains Spark 4\.3\.0, but spark\.version is 4\.2\.0"
    ):
        await take(config_for(path, version="4.2.0"))
    good = read_archive(Path(path))
    assert await take(config_for(path, sha512=good.sha512.upper(), version="4.3.0")) == good
    with pytest.raises(ArchiveError, match="no Spark archive is configured"):
        await take(msgspec.structs.replace(config_for(path), spark=SparkSection()))

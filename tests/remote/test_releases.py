"""Spark by its version alone, from sites on loopback that behave like Apache's, or worse."""

import asyncio
import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.download_site import Behaviour, DownloadSite, download_site, make_certificate

from pitui.config.load import load_config
from pitui.config.model import Config
from pitui.domain.errors import PituiError
from pitui.provision.engine.provision_report import Transfer
from pitui.provision.spark.archive import Archive, ArchiveError
from pitui.provision.spark.archive_source import fetched_already, obtain


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def site(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DownloadSite]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr("pitui.remote.http.fetch.PAUSE", 0.01)
    with download_site(certificate) as found:
        yield found


def spark(version: str, padding: int = 3_000_000) -> bytes:
    """Return a small archive that says it is a Spark."""
    made = io.BytesIO()
    top = f"spark-{version}-bin-hadoop3"
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name in (f"{top}/bin/spark-class", f"{top}/jars/spark-core_2.13-{version}.jar"):
            info = tarfile.TarInfo(name)
            info.size, info.mode = padding, 0o755
            tar.addfile(info, io.BytesIO(b"x" * padding))
    return made.getvalue()


def config_of(folder: Path, site: DownloadSite, version: str = "4.3.0", more: str = "") -> Config:
    file = folder / "config.yaml"
    file.write_text(
        "cluster: {master: a}\nnodes: {a: {host: local}}\n"
        f"spark:\n  version: {version}\n  mirrors: ['{site.url}/current/', '{site.url}/old']\n"
        f"{more}"
    )
    return load_config(file)


async def take(config: Config) -> Archive:
    return await obtain(config, lambda _what, _how: None)


def cached(home: Path) -> list[str]:
    return sorted(path.name for path in (home / ".cache/pitui/spark").iterdir())


async def test_the_current_mirror_is_asked_first_and_only_once(
    site: DownloadSite, tmp_path: Path, home: Path
) -> None:
    path = site.release("current", "4.3.0", spark("4.3.0"))
    site.release("old", "4.3.0", spark("4.3.0"))
    config = config_of(tmp_path, site)
    assert not fetched_already(config)
    said: list[tuple[str, Transfer | None]] = []
    archive = await obtain(config, lambda what, how: said.append((what, how)))
    assert (archive.version, Path(archive.path).name) == ("4.3.0", "spark-4.3.0-bin-hadoop3.tgz")
    assert [asked for asked, _ in site.requests] == [f"{path}.sha512", path]
    name = "spark-4.3.0-bin-hadoop3.tgz"
    last = [how for what, how in said if what == f"fetching {name}" and how][-1]
    assert (last.done, last.total) == (archive.size, archive.size)
    assert cached(home) == [name, f"{name}.sha512"]
    assert fetched_already(config)
    assert await take(config) == archive
    assert len(site.requests) == 2


async def test_an_old_release_comes_from_the_archive(site: DownloadSite, tmp_path: Path) -> None:
    path = site.release("old", "3.5.1", spark("3.5.1"))
    assert (await take(config_of(tmp_path, site, "3.5.1"))).version == "3.5.1"
    assert site.requests[-1][0] == path


async def test_a_release_that_is_nowhere_is_said(site: DownloadSite, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"there is no Spark 9\.9\.9: .*Is spark\.version right"):
        await take(config_of(tmp_path, site, "9.9.9"))


@pytest.mark.parametrize(
    "odd",
    [
        [Behaviour(status=403)],
        [Behaviour(kind="text/html")],
        [Behaviour(status=503)] * 5,
        [Behaviour(location="http://127.0.0.1:1/x")],
        [Behaviour(breaks_after=0)] * 5,
    ],
)
async def test_a_mirror_that_does_not_serve_is_passed_over(
    site: DownloadSite, tmp_path: Path, odd: list[Behaviour]
) -> None:
    path = site.release("current", "4.3.0", spark("4.3.0"))
    site.release("old", "4.3.0", spark("4.3.0"))
    site.odd[path] = odd
    assert (await take(config_of(tmp_path, site))).version == "4.3.0"


async def test_a_mirror_that_lies_is_passed_over(
    site: DownloadSite, tmp_path: Path, home: Path
) -> None:
    site.release("current", "4.3.0", spark("4.3.0", 2_000_000))
    true = site.release("old", "4.3.0", spark("4.3.0"))
    site.files[true.replace("/old", "/current") + ".sha512"] = site.files[f"{true}.sha512"]
    archive = await take(config_of(tmp_path, site))
    assert archive.size == len(site.files[true])


async def test_none_but_liars_is_said_and_nothing_stays(
    site: DownloadSite, tmp_path: Path, home: Path
) -> None:
    for below in ("current", "old"):
        name = "spark-4.3.0-bin-hadoop3.tgz"
        site.release(below, "4.3.0", spark("4.3.0"), f"{'0' * 128}  {name}\n")
    with pytest.raises(ArchiveError, match=r"cannot fetch Spark .*SHA-512 .* expected 0000"):
        await take(config_of(tmp_path, site))
    assert cached(home) == []


async def test_a_figure_has_to_be_there(site: DownloadSite, tmp_path: Path, home: Path) -> None:
    data = spark("4.3.0")
    for below, figure in (("current", None), ("old", "<html>what?</html>")):
        site.release(below, "4.3.0", data, figure)
    with pytest.raises(PituiError, match="it has no SHA-512 for spark-4"):
        await take(config_of(tmp_path, site))
    assert site.asked(".tgz") == []


async def test_a_figure_of_the_configuration_counts(site: DownloadSite, tmp_path: Path) -> None:
    site.release("current", "4.3.0", spark("4.3.0"), None)
    with pytest.raises(PituiError, match="expected 1111"):
        await take(config_of(tmp_path, site, more=f"  sha512: '{'1' * 128}'\n"))


async def test_a_download_that_was_cut_off_goes_on_with_the_next_run(
    site: DownloadSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitui.remote.http.fetch.TRIES", 1)
    path = site.release("current", "4.3.0", spark("4.3.0"))
    site.odd[path] = [Behaviour(breaks_after=2_000_000)]
    with pytest.raises(PituiError, match=r"1 MiB are kept; the next try resumes there"):
        await take(config_of(tmp_path, site))
    assert (await take(config_of(tmp_path, site))).version == "4.3.0"
    assert site.asked(".tgz")[-1] == "bytes=2000000-"


async def test_the_archive_goes_on_where_the_mirror_ended(
    site: DownloadSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitui.remote.http.fetch.TRIES", 1)
    path = site.release("current", "4.3.0", spark("4.3.0"))
    site.release("old", "4.3.0", spark("4.3.0"))
    site.odd[path] = [Behaviour(breaks_after=2_000_000)]
    assert (await take(config_of(tmp_path, site))).version == "4.3.0"
    assert site.asked(".tgz") == ["", "bytes=2000000-"]


def groups(digest: str, name: str) -> str:
    """Return a digest as gpg prints it, over several lines."""
    words = [digest[n : n + 8].upper() for n in range(0, 128, 8)]
    return f"{name}: {' '.join(words[:8])}\n    {' '.join(words[8:])}\n"


@pytest.mark.parametrize("form", ["sha512sum", "gpg", "none", "configured"])
async def test_an_address_of_ones_own_is_compared_too(
    site: DownloadSite, tmp_path: Path, form: str
) -> None:
    data = spark("4.3.0")
    name = "spark-4.3.0-bin-hadoop3.tgz"
    wrong = "0" * 128
    figures = {"sha512sum": f"{wrong}  {name}\n", "gpg": groups(wrong, name)}
    path = site.release("mine", "4.3.0", data, figures.get(form))
    more = f"  archive: {site.url}{path}\n"
    if form == "configured":
        more += f"  sha512: '{wrong}'\n"
    if form != "none":
        with pytest.raises(PituiError, match="expected 0000"):
            await take(config_of(tmp_path, site, more=more))
        site.release("mine", "4.3.0", data)
        more = more.partition("  sha512")[0]
    for _ in range(2):
        assert (await take(config_of(tmp_path, site, more=more))).version == "4.3.0"
    assert site.asked(".tgz") == [""] * (1 if form == "none" else 2)


async def test_provisioning_by_the_version_alone(
    site: DownloadSite, tmp_path: Path, home: Path
) -> None:
    site.release("current", "4.3.0", spark("4.3.0"))
    (tmp_path / "config.yaml").write_text(
        "cluster: {master: nuc}\nssh: {sudo: none}\n"
        f"spark: {{version: '4.3.0', mirrors: ['{site.url}/current']}}\n"
        f"nodes: {{nuc: {{host: local, spark_home: '{home}/new spark'}}}}\n"
    )
    words = ["provision", "--only", "spark"]
    first = await _pitui(tmp_path / "config.yaml", *words)
    assert (first.returncode, "Spark 4.3.0" in first.stdout) == (0, True), first
    assert (home / "new spark" / "bin" / "spark-class").is_file()
    again = await _pitui(tmp_path / "config.yaml", *words)
    assert (again.returncode, len(site.asked(".tgz"))) == (0, 1)


async def _pitui(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pitui", "--config", str(config), *words]
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=120, check=False
    )

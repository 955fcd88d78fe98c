"""Fetching by https from a real server, whose certificate a CA of its own has signed."""

import asyncio
import hashlib
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.download_site import Behaviour, DownloadSite, download_site, make_certificate

from pitui.domain.errors import PituiError, WebError
from pitui.remote.http.fetch import fetch, fetch_text

DATA = bytes(range(256)) * 20_000
SUM = hashlib.sha512(DATA).hexdigest()
FILE = "/some/file.tgz"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def site(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DownloadSite]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr("pitui.remote.http.fetch.PAUSE", 0.01)
    with download_site(certificate) as found:
        found.files[FILE] = DATA
        yield found


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "new" / "file"


def whole(target: Path) -> bytes:
    return target.read_bytes()


def left(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


async def test_a_broken_download_goes_on_where_it_broke(site: DownloadSite, target: Path) -> None:
    site.odd[FILE] = [Behaviour(breaks_after=3_000_000), Behaviour(breaks_after=100)]
    seen: list[tuple[int, int | None]] = []
    await fetch(site.url + FILE, target, lambda have, total: seen.append((have, total)), sha512=SUM)
    assert whole(target) == DATA
    assert site.asked(FILE)[1:] == ["bytes=3000000-", "bytes=3000100-"]
    assert site.conditions == ["", '"1"', '"1"']
    assert seen[-1] == (len(DATA), len(DATA))
    assert left(target) == ["file"]


@pytest.mark.parametrize(
    "second",
    [
        Behaviour(ignores_range=True),
        Behaviour(etag='"2"'),
        Behaviour(shifts_range=7),
        Behaviour(says_no_range=True),
        Behaviour(status=503),
        Behaviour(status=416),
        Behaviour(breaks_after=0),
    ],
)
async def test_a_server_that_does_not_go_on_is_not_believed(
    site: DownloadSite, target: Path, second: Behaviour
) -> None:
    site.odd[FILE] = [Behaviour(breaks_after=3_000_000), second]
    await fetch(site.url + FILE, target, sha512=SUM)
    assert whole(target) == DATA


async def test_another_file_of_the_same_address_is_fetched_whole(
    site: DownloadSite, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitui.remote.http.fetch.TRIES", 1)
    site.odd[FILE] = [Behaviour(breaks_after=3_000_000)]
    with pytest.raises(WebError, match=r"closed early\. 2 MiB are kept"):
        await fetch(site.url + FILE, target)
    site.files[FILE] = DATA[::-1]
    site.odd[FILE] = [Behaviour(etag='"2"')]
    await fetch(site.url + FILE, target)
    assert whole(target) == DATA[::-1]


async def test_what_is_all_there_is_not_fetched_again(site: DownloadSite, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("file.part").write_bytes(DATA)
    await fetch(site.url + FILE, target, sha512=SUM)
    assert whole(target) == DATA
    assert left(target) == ["file"]


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (Behaviour(kind="text/html; charset=utf-8"), "sent a web page instead"),
        (Behaviour(status=404), "answered 404"),
        (Behaviour(status=403), "answered 403"),
    ],
)
async def test_what_is_not_the_file_is_said(
    site: DownloadSite, target: Path, odd: Behaviour, words: str
) -> None:
    site.odd[FILE] = [odd]
    with pytest.raises(WebError, match=words):
        await fetch(site.url + FILE, target)
    assert left(target) == []


async def test_a_length_that_is_wrong_is_not_taken(
    site: DownloadSite, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitui.remote.http.fetch.TRIES", 1)
    site.odd[FILE] = [Behaviour(more=10)]
    with pytest.raises(WebError, match="closed early"):
        await fetch(site.url + FILE, target)
    assert "file" not in left(target)


async def test_nothing_stays_of_a_file_with_another_sum(site: DownloadSite, target: Path) -> None:
    with pytest.raises(WebError, match=r"has the SHA-512 \w+\.\.\., expected 0000"):
        await fetch(site.url + FILE, target, sha512="0" * 128)
    assert left(target) == []


async def test_nothing_but_https_is_fetched(site: DownloadSite, tmp_path: Path) -> None:
    file = tmp_path / "file"
    site.odd[FILE] = [Behaviour(location="http://127.0.0.1:1/x")]
    for url in (site.url.replace("https", "http") + FILE, site.url + FILE):
        with pytest.raises(WebError, match="https"):
            await fetch(url, file)
    with pytest.raises(WebError, match="404"):
        await fetch_text(site.url + "/missing")
    assert not file.exists()


async def test_a_redirect_is_followed(site: DownloadSite, target: Path) -> None:
    site.files["/other"] = DATA
    site.odd[FILE] = [Behaviour(location="/other")]
    await fetch(site.url + FILE, target, sha512=SUM)
    assert whole(target) == DATA


async def test_a_certificate_that_nobody_knows_is_refused(
    site: DownloadSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(WebError, match=r"(?i)certificate"):
        await fetch(site.url + FILE, tmp_path / "file")
    assert site.requests == []


async def test_one_that_stands_still_or_trickles_is_given_up(
    site: DownloadSite, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitui.remote.http.fetch.READ_LIMIT", 0.5)
    monkeypatch.setattr("pitui.remote.http.fetch.TRIES", 1)
    site.odd[FILE] = [Behaviour(seconds=2)]
    with pytest.raises(WebError, match="no data arrived"):
        await fetch(site.url + FILE, target)
    site.files[FILE] = b"x" * 50
    target.with_name("file.part").unlink()
    site.odd[FILE] = [Behaviour(seconds=0.2)]
    with pytest.raises(WebError, match="slower than"):
        await fetch(site.url + FILE, target)


async def test_ctrl_c_leaves_a_part_that_is_resumed(site: DownloadSite, target: Path) -> None:
    site.odd[FILE] = [Behaviour(seconds=0.3)]

    async def interrupted() -> None:
        async with asyncio.timeout(20) as limit:

            def received(have: int, _total: int | None) -> None:
                if have > 600_000:
                    limit.reschedule(0)

            await fetch(site.url + FILE, target, received)

    with pytest.raises(TimeoutError):
        await interrupted()
    assert target.with_name("file.part").stat().st_size > 600_000
    await fetch(site.url + FILE, target, sha512=SUM)
    assert int(site.asked(FILE)[1].removeprefix("bytes=").rstrip("-")) > 600_000
    assert left(target) == ["file"]


OTHER = """
import asyncio, sys
from pathlib import Path
from pitui.remote.http.fetch import fetch
asyncio.run(fetch(sys.argv[1], Path(sys.argv[2])))
"""


async def test_two_at_once_fetch_it_once(site: DownloadSite, target: Path) -> None:
    site.odd[FILE] = [Behaviour(seconds=0.1)]
    words = [sys.executable, "-c", OTHER, site.url + FILE, str(target)]
    with subprocess.Popen(words) as other:  # noqa: ASYNC220
        while not site.requests:
            assert other.poll() is None
            await asyncio.sleep(0.05)
        waited: list[None] = []
        here = [fetch(site.url + FILE, target, waits=lambda: waited.append(None)) for _ in "ab"]
        await asyncio.gather(*here)
        assert await asyncio.to_thread(other.wait, 20) == 0
    assert waited
    assert site.asked(FILE) == [""]
    assert whole(target) == DATA


async def test_what_cannot_be_written_is_said_and_what_came_is_kept(
    site: DownloadSite, target: Path
) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, most))
    try:
        with pytest.raises(PituiError, match=r"cannot write .*file\.part: File too large"):
            await fetch(site.url + FILE, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    await fetch(site.url + FILE, target, sha512=SUM)
    assert site.asked(FILE)[1] == "bytes=2000000-"


async def test_room_is_looked_for_before_anything_comes(
    site: DownloadSite, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("", (), {"free": 3_000_000}))
    with pytest.raises(
        PituiError, match=r"not enough disk space in .*/new: 5 MiB still to fetch, 2 MiB"
    ):
        await fetch(site.url + FILE, target)
    assert left(target) == []


async def test_a_folder_that_cannot_be_made_is_said(site: DownloadSite, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PituiError, match=r"cannot write"):
        await fetch(site.url + FILE, tmp_path / "file" / "below" / "x")

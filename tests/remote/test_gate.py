"""One question at a time, none cut, and rest for the server between what pitui asks by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from support.http import Service, serving
from support.nodes import node

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import WebError
from pitui.remote.http import web_client
from pitui.remote.http.request_queue import REST, polling
from pitui.remote.http.web_client import Web


@pytest.fixture
async def web(make_links) -> AsyncIterator[Web]:
    web = Web(make_links(node("nuc", "local")))
    yield web
    await web.aclose()


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as service:
        yield service


async def until(service: Service, count: int) -> None:
    async with asyncio.timeout(10):
        while len(service.requests) < count:
            await asyncio.sleep(0.01)


async def ended(service: Service, count: int) -> None:
    async with asyncio.timeout(10):
        while len(service.times) < count:
            await asyncio.sleep(0.01)


def url(service: Service, path: str) -> str:
    return f"http://127.0.0.1:{service.port}{path}"


async def test_who_gives_up_cuts_nothing_and_who_asks_again_gets_that_answer(web, service):
    for _ in range(3):
        with pytest.raises(WebError, match=r"no answer for \d s"):
            await web.get(url(service, "/slow"), "nuc", 0.2)
    assert web.answering(url(service, "/"), "nuc") > 0.4
    again = asyncio.gather(*(web.get(url(service, "/slow"), "nuc", 10) for _ in range(2)))
    await asyncio.sleep(0)
    service.released.set()
    assert [answer.ok for answer in await again] == [True, True]
    assert len(service.requests) == 1
    assert web.answering(url(service, "/"), "nuc") is None
    assert service.broken == []


async def test_who_is_cancelled_cuts_nothing(web, service):
    async with TaskGroup() as group:
        asked = group.create_task(web.get(url(service, "/slow"), "nuc", 10))
        await until(service, 1)
        waiting = group.create_task(web.get(url(service, "/never"), "nuc", 10))
        await asyncio.sleep(0.05)
        asked.cancel()
        waiting.cancel()
    service.released.set()
    assert (await web.get(url(service, "/after"), "nuc")).ok
    # What nobody wanted any more before its turn came was not asked.
    assert [request[1] for request in service.requests] == ["/slow", "/after"]
    assert service.broken == []


async def test_one_question_at_a_time(web, service):
    service.delays = {f"/{n}": 0.05 for n in range(6)}
    await asyncio.gather(*(web.get(url(service, f"/{n}"), "nuc") for n in range(6)))
    assert max(service.at_once) == 1
    assert len(service.requests) == 6


async def test_waiting_for_a_turn_is_no_silence_of_the_server(web, service):
    service.delays = {f"/{n}": 0.4 for n in range(6)}
    answers = await asyncio.gather(*(web.get(url(service, f"/{n}"), "nuc", 2.0) for n in range(6)))
    assert all(answer.ok for answer in answers)


async def test_a_question_behind_one_that_is_not_answered_says_so(web, service):
    async with TaskGroup() as group:
        group.create_task(web.get(url(service, "/slow"), "nuc", 10))
        await until(service, 1)
        with pytest.raises(WebError, match=r"/other: no answer for \d s"):
            await web.get(url(service, "/other"), "nuc", 0.3)
        service.released.set()


async def test_polls_leave_the_server_alone_four_times_as_long_as_it_took(web, service):
    service.delays = {f"/{n}": 0.1 for n in range(3)}
    with polling():
        await asyncio.gather(*(web.get(url(service, f"/{n}"), "nuc") for n in range(3)))
    await ended(service, 3)
    for (_, begun, end), (_, next_begun, _) in zip(service.times, service.times[1:], strict=False):
        assert next_begun - end >= REST * (end - begun) * 0.9


async def test_a_person_goes_before_polls_and_waits_for_no_rest(web, service):
    service.delays = {"/poll": 0.2}
    with polling():
        await web.get(url(service, "/poll"), "nuc")
        async with TaskGroup() as group:
            group.create_task(web.get(url(service, "/another"), "nuc"))
            await asyncio.sleep(0)
            with polling(yes=False):
                await web.get(url(service, "/person"), "nuc")
    assert [request[1] for request in service.requests] == ["/poll", "/person", "/another"]


async def test_a_person_who_asks_for_what_a_poll_waits_to_ask_has_it_at_once(web, service):
    service.delays = {"/poll": 0.3}
    async with TaskGroup() as group:
        with polling():
            await web.get(url(service, "/poll"), "nuc")
            group.create_task(web.get(url(service, "/json/"), "nuc"))
        await asyncio.sleep(0)
        assert (await asyncio.wait_for(web.get(url(service, "/json/"), "nuc"), 1.0)).ok
    assert len(service.requests) == 2


async def test_closing_waits_a_moment_for_what_is_being_answered(make_links, service):
    web = Web(make_links(node("nuc", "local")))
    service.delays = {"/busy": 0.5}
    with pytest.raises(WebError):
        await web.get(url(service, "/busy"), "nuc", 0.1)
    await web.aclose()
    await ended(service, 1)
    assert service.broken == []


async def test_closing_does_not_wait_for_ever(make_links, service, monkeypatch):
    monkeypatch.setattr(web_client, "GRACE", 0.2)
    web = Web(make_links(node("nuc", "local")))
    async with TaskGroup() as group:
        asked = group.create_task(web.get(url(service, "/slow"), "nuc", 10))
        await until(service, 1)
        asked.cancel()
    async with asyncio.timeout(5):
        await web.aclose()
    assert not service.released.is_set()


@pytest.mark.ssh
async def test_through_a_link_nothing_is_cut_either(ssh_servers, node_on, make_links, service):
    web = Web(make_links(node_on("pi", ssh_servers.server())))
    with pytest.raises(WebError, match="no answer for"):
        await web.get(url(service, "/slow"), "pi", 0.2)
    async with TaskGroup() as group:
        asked = group.create_task(web.get(url(service, "/slow"), "pi", 10))
        await asyncio.sleep(0.05)
        asked.cancel()
    service.released.set()
    assert (await web.get(url(service, "/after"), "pi")).ok
    await web.aclose()
    assert service.broken == []
    assert [request[1] for request in service.requests] == ["/slow", "/after"]

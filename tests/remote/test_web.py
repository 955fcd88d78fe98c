"""Web addresses: asked directly where that works, else through the node's link."""

import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from support.http import serving
from support.nodes import node
from support.sshd import free_port

from pitui.domain.errors import WebError
from pitui.domain.link import LinkState
from pitui.remote.http.web_client import Web


@pytest.fixture
async def web_of() -> AsyncIterator:
    made = []

    def make(connections) -> Web:
        made.append(Web(connections))
        return made[-1]

    yield make
    for web in made:
        await web.aclose()


@pytest.fixture
def local(make_links, web_of) -> Web:
    return web_of(make_links(node("nuc", "local")))


async def test_a_page_with_status_type_body_and_location(local):
    with serving() as service:
        base = f"http://127.0.0.1:{service.port}"
        page = await local.get(f"{base}/json/", via="nuc")
        assert (page.status, page.content_type) == (200, "application/json")
        assert json.loads(page.body) == {"path": "/json/"}
        assert page.ok
        assert (await local.get(f"{base}/missing", via="nuc")).status == 404
        moved = await local.get(f"{base}/moved", via="nuc")
        assert (moved.status, moved.location) == (302, "http://127.0.0.1:1/elsewhere")
        sent = await local.post(f"{base}/kill", {"id": "app-1", "terminate": "a&b"}, via="nuc")
        assert sent.body == b"id=app-1&terminate=a%26b"


async def test_connections_are_kept_between_polls(local):
    with serving() as service:
        for _ in range(5):
            await local.get(f"http://127.0.0.1:{service.port}/json/", via="nuc")
        assert len({request[2] for request in service.requests}) == 1


async def test_proxies_of_the_environment_are_not_used(local, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with serving() as service:
        assert (await local.get(f"http://127.0.0.1:{service.port}/", via="nuc")).ok


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:{port}/", "refused"),
        ("http://no-such-host.invalid:8080/", "name not found"),
        ("http://255.255.255.255:8080/", "no route to host"),
        ("https://127.0.0.1:{port}/", "only http"),
        ("ftp://127.0.0.1/", "only http"),
        ("http:///nothing", "only http"),
    ],
)
async def test_no_answer_has_a_reason_in_words(local, url, reason):
    with pytest.raises(WebError) as caught:
        await local.get(url.format(port=free_port()), via="nuc")
    assert reason in caught.value.reason


async def test_a_slow_answer_ends_with_the_limit(local):
    with serving() as service, pytest.raises(WebError, match="no answer for 0 s"):
        await local.get(f"http://127.0.0.1:{service.port}/slow", via="nuc", limit=0.4)


async def test_an_answer_without_end_is_cut_off(local):
    with serving() as service, pytest.raises(WebError, match="larger than 64 MiB"):
        await local.get(f"http://127.0.0.1:{service.port}/huge", via="nuc", limit=30)


async def test_a_dropped_question_is_asked_again_but_a_form_is_not_sent_twice(local):
    with serving() as service:
        url = f"http://127.0.0.1:{service.port}/drop"
        with pytest.raises(WebError, match="closed"):
            await local.get(url, via="nuc")
        assert len(service.requests) == 2
        with pytest.raises(WebError, match="closed"):
            await local.post(url, {"a": "b"}, via="nuc")
        assert [request[0] for request in service.requests] == ["GET", "GET", "POST"]


@pytest.mark.ssh
async def test_what_can_be_reached_is_asked_directly_without_any_link(
    ssh_servers, node_on, make_links, web_of
):
    server = ssh_servers.server(start=False)
    connections = make_links(node_on("pi", server))
    with serving(server.address) as service:
        page = await web_of(connections).get(f"http://{server.address}:{service.port}/", via="pi")
    assert page.ok
    assert connections.link("pi").since == 0


@pytest.mark.ssh
async def test_the_nodes_own_loopback_is_asked_through_its_link(
    ssh_servers, node_on, make_links, web_of
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    web = web_of(connections)
    with serving("127.0.0.1") as service:
        for path in ("/json/", "/again"):
            page = await web.get(f"http://127.0.0.1:{service.port}{path}", via="pi")
            assert json.loads(page.body) == {"path": path}
        sent = await web.post(f"http://localhost:{service.port}/kill", {"id": "1"}, via="pi")
        assert sent.body == b"id=1"
        assert server.logged("Accepted publickey") == 1


@pytest.mark.ssh
async def test_a_service_that_neither_way_reaches_is_refused(
    ssh_servers, node_on, make_links, web_of
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    web = web_of(connections)
    for host in (server.address, "127.0.0.1"):
        with pytest.raises(WebError) as caught:
            await web.get(f"http://{host}:{free_port()}/", via="pi")
        assert caught.value.reason == "refused"


@pytest.mark.ssh
async def test_a_service_that_comes_back_is_reached_again(ssh_servers, node_on, make_links, web_of):
    server = ssh_servers.server()
    web = web_of(make_links(node_on("pi", server)))
    port = free_port()
    for address in ("127.0.0.1", server.address):
        url = f"http://{address}:{port}/"
        for _ in range(2):
            with serving(address, port):
                assert (await web.get(url, via="pi")).ok
            with pytest.raises(WebError) as caught:
                await web.get(url, via="pi")
            assert caught.value.reason == "refused"


@pytest.mark.ssh
async def test_the_way_that_works_is_found_and_remembered_until_it_does_not(
    ssh_servers, node_on, make_links, web_of
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    web = web_of(connections)
    port = free_port(server.address)
    url = f"http://{server.address}:{port}/"
    with ExitStack() as stack:
        # Nothing listens while it is asked directly; it does once the link is there.
        services = []
        connections.on_change(
            lambda _name, link: (
                link.state is LinkState.CONNECTED
                and services.append(stack.enter_context(serving(server.address, port)))
            )
        )
        assert (await web.get(url, via="pi")).ok
        assert (await web.get(url, via="pi")).ok
        (service,) = services
        # One connection of sshd's, none of ours.
        assert len({request[2] for request in service.requests}) == 1
        server.stop()
        assert (await web.get(url, via="pi")).ok
        assert len({request[2] for request in service.requests}) == 2


@pytest.mark.ssh
async def test_a_lost_link_is_made_again_for_the_next_question(
    ssh_servers, node_on, make_links, web_of
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    web = web_of(connections)
    with serving("127.0.0.1") as service:
        url = f"http://127.0.0.1:{service.port}/"
        assert (await web.get(url, via="pi")).ok
        server.stop()
        server.start()
        assert (await web.get(url, via="pi")).ok


@pytest.mark.ssh
async def test_a_server_that_forbids_forwarding_says_so(ssh_servers, node_on, make_links, web_of):
    web = web_of(make_links(node_on("pi", ssh_servers.server("AllowTcpForwarding no"))))
    with serving("127.0.0.1") as service, pytest.raises(WebError, match="AllowTcpForwarding"):
        await web.get(f"http://127.0.0.1:{service.port}/", via="pi")


async def test_a_node_that_cannot_be_reached_says_why(make_links, web_of):
    web = web_of(make_links(node("pi", "127.0.0.1", free_port())))
    with pytest.raises(WebError, match="cannot reach pi"):
        await web.get("http://localhost:8080/", via="pi")


@pytest.mark.ssh
async def test_sockets_are_private_and_gone_in_the_end(ssh_servers, node_on, make_links):
    connections = make_links(node_on("pi", ssh_servers.server()))
    path = await connections.socket("pi", "127.0.0.1", 8080)
    assert path.is_socket()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert await connections.socket("pi", "127.0.0.1", 8080) == path
    await connections.aclose()
    assert not path.parent.exists()


async def test_a_local_node_has_no_socket(make_links):
    with pytest.raises(ValueError, match="this machine"):
        await make_links(node("nuc", "local")).socket("nuc", "127.0.0.1", 8080)


@pytest.mark.ssh
async def test_a_page_opens_directly_or_through_a_port_of_this_machine(
    ssh_servers, node_on, make_links, web_of, local
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    web = web_of(connections)
    with serving("127.0.0.1") as service:
        own = f"http://127.0.0.1:{service.port}/jobs/?id=3"
        assert await local.opened(own, via="nuc") == own
        through = urlsplit(await web.opened(own, via="pi"))
        assert (through.hostname, through.path, through.query) == ("127.0.0.1", "/jobs/", "id=3")
        assert through.port != service.port
        assert await web.opened(own, via="pi") == through.geturl()
        page = await local.get(through.geturl(), via="nuc")
        assert json.loads(page.body) == {"path": "/jobs/?id=3"}
        await connections.aclose()
        with pytest.raises(WebError):
            await local.get(through.geturl(), via="nuc")
    with serving(server.address) as service:
        direct = f"http://{server.address}:{service.port}/"
        assert await web.opened(direct, via="pi") == direct


async def test_an_address_of_another_kind_is_not_opened(local):
    with pytest.raises(WebError, match="only http"):
        await local.opened("https://nuc:8080/", via="nuc")

"""What provisioning asks a person on the screen: passwords, and whether a machine was replaced."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from support.plain_cluster import shown, until
from textual.pilot import Pilot
from textual.widgets import Input

from pitui.remote.prompts import ChangedKey
from pitui.tui.main.connection_prompts import UiAsker
from pitui.tui.main.passwords import PasswordScreen, ReplacedScreen

KEY = ChangedKey("pi3", "192.168.1.13", 22, "ssh-rsa", "SHA256:abc", "known_hosts, line 3")


def asked(pilot: Pilot[None], question: Coroutine[Any, Any, object]) -> "asyncio.Future[object]":
    """Put a question from where the services run: a worker of the app."""
    answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    async def put() -> None:
        answer.set_result(await question)

    pilot.app.run_worker(put())
    return answer


def words(pilot: Pilot[None]) -> str:
    return " ".join(str(part.render()) for part in pilot.app.screen.query("Static"))


async def test_a_login_password_is_asked_for_all_nodes_that_want_it_and_never_shown() -> None:
    async with shown() as pilot:
        prompter = UiAsker(pilot.app)
        answer = asked(pilot, prompter.password(["pi1", "pi2"], wrong=False))
        await until(pilot, lambda: isinstance(pilot.app.screen, PasswordScreen))
        assert "pi1, pi2 want a login password" in words(pilot)
        await pilot.press(*"raspberry")
        assert pilot.app.screen.query_one(Input).password
        await pilot.press("enter")
        assert await answer == "raspberry"


async def test_a_wrong_password_is_said_and_escape_gives_none() -> None:
    async with shown() as pilot:
        prompter = UiAsker(pilot.app)
        answer = asked(pilot, prompter.sudo_password("pi1", wrong=True))
        await until(pilot, lambda: isinstance(pilot.app.screen, PasswordScreen))
        assert "Wrong password" in words(pilot)
        await pilot.press("escape")
        assert await answer is None


@pytest.mark.parametrize(("keys", "said"), [(("enter",), False), (("n",), False), (("y",), True)])
async def test_another_host_key_is_trusted_on_y_only(keys: tuple[str, ...], said: bool) -> None:
    async with shown() as pilot:
        answer = asked(pilot, UiAsker(pilot.app).replaced(KEY))
        await until(pilot, lambda: isinstance(pilot.app.screen, ReplacedScreen))
        assert "ssh_host_rsa_key.pub" in words(pilot)
        assert "SHA256:abc" in words(pilot)
        await pilot.press(*keys)
        assert await answer is said


async def test_questions_come_one_after_the_other() -> None:
    async with shown() as pilot:
        prompter = UiAsker(pilot.app)
        first = asked(pilot, prompter.password(["pi1"], wrong=False))
        second = asked(pilot, prompter.sudo_password("pi2", wrong=False))
        await until(pilot, lambda: isinstance(pilot.app.screen, PasswordScreen))
        assert "pi1 wants a login password" in words(pilot)
        await pilot.press("escape")
        assert await first is None
        await until(pilot, lambda: "pi2" in words(pilot))
        await pilot.press("x", "enter")
        assert await second == "x"

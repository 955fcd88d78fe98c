"""How provisioning looks, at the sizes of a small and a large terminal, with the clocks stopped."""

from collections.abc import Awaitable, Callable, Sequence

import pytest
from support.looks import LARGE, SMALL, Looks
from support.plain_cluster import FULL, Still, ui, until
from support.provision import Recorded, halfway
from textual.pilot import Pilot

from pitui.domain.errors import UsageError
from pitui.provision.engine.provision_report import StepReport, StepState
from pitui.remote.prompts import ChangedKey
from pitui.tui.main.passwords import ReplacedScreen, login_password, sudo_password
from pitui.tui.provision import plan_or_board, provision_screen, step_progress
from pitui.tui.provision.provision_run import Phase
from pitui.tui.provision.provision_screen import ProvisionScreen

MARK = ("j", "space", "space", "space", "p")


@pytest.fixture(autouse=True)
def _stopped_clocks(stopped_clock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (step_progress, provision_screen, plan_or_board):
        monkeypatch.setattr(module, "monotonic", lambda: 1000.0)


def drawn(
    recorded: Recorded, phase: Phase, keys: Sequence[str] = (), after: Sequence[str] = ()
) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what brings the UI to a phase, by keys pressed at the plan, and keys after it."""

    async def run(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.main.snapshot is FULL)
        await pilot.press(*MARK)
        await until(pilot, lambda: isinstance(pilot.app.screen, ProvisionScreen))
        screen = pilot.app.screen
        assert isinstance(screen, ProvisionScreen)
        if phase is not Phase.LOOKING:
            await until(pilot, lambda: screen.provision_run.phase is Phase.PLANNED)
        await pilot.press(*keys)
        await until(pilot, lambda: screen.provision_run.phase is phase)
        if recorded.playing is not None and phase in (Phase.LOOKING, Phase.WORKING):
            playing = recorded.playing
            await until(pilot, playing.held.is_set)
        screen._follow()
        await pilot.press(*after)
        screen._follow()
        await pilot.pause()

    return run


def compared(
    looks: Looks,
    recorded: Recorded,
    phase: Phase,
    keys: Sequence[str] = (),
    after: Sequence[str] = (),
    **sizes: object,
) -> None:
    services = Still(provisioning=recorded)
    looks(ui(services), drawn(recorded, phase, keys, after), **sizes)


def test_the_plan(looks: Looks) -> None:
    compared(looks, Recorded(), Phase.PLANNED, (), ("j", "j"), picture=LARGE)


def test_while_it_looks(looks: Looks) -> None:
    def early(step: StepReport) -> bool:
        return step.node == "pi2" and step.step == "java" and step.state is StepState.CHECKING

    compared(looks, Recorded(hold=early), Phase.LOOKING, rows=(SMALL, LARGE))


def test_the_board_while_it_pushes(looks: Looks) -> None:
    compared(looks, Recorded(hold=halfway), Phase.WORKING, ("enter",), picture=LARGE)


def test_the_board_with_a_failure(looks: Looks) -> None:
    compared(looks, Recorded(), Phase.ENDED, ("enter",), ("G",), picture=LARGE)


def test_nothing_to_do(looks: Looks) -> None:
    compared(looks, Recorded("nothing"), Phase.PLANNED, rows=(SMALL, LARGE))


def test_refused(looks: Looks) -> None:
    refused = UsageError(
        "pi1 (127.0.1.11) is this machine under another name, "
        "so provisioning would change this machine",
        "A demo needs no provisioning; otherwise give the node its own address, or host: local.",
    )
    compared(looks, Recorded(refused=refused), Phase.PLANNED, rows=(SMALL, LARGE))


def test_the_choice_of_steps(looks: Looks) -> None:
    compared(looks, Recorded(), Phase.PLANNED, ("s",), ("j", "space"), rows=(), picture=SMALL)


QUESTIONS = {
    "login": lambda: login_password(["pi1", "pi2", "pi3"], wrong=False),
    "sudo": lambda: sudo_password("pi1", wrong=True),
    "replaced": lambda: ReplacedScreen(
        ChangedKey(
            "pi3",
            "192.168.1.13",
            22,
            "ssh-ed25519",
            "SHA256:Qs2uFJUfZ8f8qvVbJ0bW0m1wq2f5bM8lK2r5s4z9hXk",
            "~/.ssh/known_hosts:7",
        )
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions(looks: Looks, name: str) -> None:
    services = Still()

    async def ask(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.main.snapshot is FULL)
        await pilot.app.push_screen(QUESTIONS[name]())
        await pilot.pause()

    looks(ui(services), ask)

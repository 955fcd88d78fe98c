"""The questions of provisioning: a login password, sudo's password, a machine that was replaced."""

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Static

from pitui.domain.text.printable import printable
from pitui.remote.prompts import ChangedKey, key_file
from pitui.tui.base.dialogs.dialog import Dialog, YesNoScreen


class PasswordScreen(Dialog[str]):
    """Asks for a password; it is shown as dots, lives in memory only, and is never written."""

    KEYS_TEXT = "Enter continue  Esc skip"

    def __init__(self, title: str, about: Text, *, wrong: bool) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._wrong = wrong

    def title_text(self) -> str:
        """Return what is asked for."""
        return self._title

    def content(self) -> list[Widget]:
        """Return the question and the field."""
        parts: list[Widget] = [Static(self._about)]
        if self._wrong:
            parts.append(Static(Text("Wrong password."), id="complaint"))
        return [*parts, Input(password=True, compact=True, id="password")]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        self.dismiss(event.value or None)


def login_password(nodes: Sequence[str], *, wrong: bool) -> PasswordScreen:
    """Return the question for the login password of nodes."""
    names = [printable(node) for node in nodes]
    want = "wants" if len(names) == 1 else "want"
    them = "it" if len(names) == 1 else "each of them"
    about = Text.assemble(
        (", ".join(names), "bold"),
        f" {want} a login password: your public key is not installed there yet.\n\n",
        f"The password is tried on {them} to install the key; from then on the key is used.",
    )
    return PasswordScreen("Login password", about, wrong=wrong)


def sudo_password(node: str, *, wrong: bool) -> PasswordScreen:
    """Return the question for sudo's password."""
    about = Text.assemble(
        ("sudo on ", ""),
        (printable(node), "bold"),
        (
            " asks for a password. It is tried on the other nodes too, and never written to disk.",
            "",
        ),
    )
    return PasswordScreen("sudo password", about, wrong=wrong)


class ReplacedScreen(YesNoScreen):
    """Says that a host key is another one; trusting it is never the default."""

    KEYS_TEXT = "y yes, trust the new key  n do not connect"

    def __init__(self, key: ChangedKey) -> None:
        super().__init__()
        self._key = key

    def title_text(self) -> str:
        """Name the node."""
        return f"Was {printable(self._key.node)} replaced?"

    def content(self) -> list[Widget]:
        """Return both keys and what it may mean."""
        key = self._key
        text = Text.assemble(
            (
                f"{printable(key.host)} port {key.port} presents a different host key than "
                "before:\n\n"
            ),
            (f"  {printable(key.kind)}\n  {printable(key.fingerprint)}\n", "bold"),
            f"\nThe old key is in {printable(key.known_in)}.\n",
            (
                "Either the machine was reinstalled (a fresh SD card does that), or somebody "
                "is intercepting the connection.\nCompare the key with what the node itself "
                "prints (at its own keyboard):\n"
            ),
            (f"  ssh-keygen -lf {key_file(key.kind)}", "bold"),
        )
        return [Static(text), self.buttons("Do not connect", "Replaced: trust the new key")]

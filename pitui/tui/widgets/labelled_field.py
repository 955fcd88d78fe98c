"""A field of a form: its label, what is typed, and a note on it."""

from textual.containers import Horizontal
from textual.widgets import Input, Static


def labelled_field(
    label: str, field_id: str, value: str = "", *, note: str = "", placeholder: str = ""
) -> Horizontal:
    """Return the row of a field; the style sheets say how wide its parts are."""
    parts = [
        Static(label, classes="label", markup=False),
        Input(value, id=field_id, placeholder=placeholder, compact=True),
    ]
    if note:
        parts.append(Static(note, classes="help", markup=False))
    return Horizontal(*parts, classes="field")

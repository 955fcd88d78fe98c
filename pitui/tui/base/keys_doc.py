"""The table of keys in the README: rendered from the actions, put between its markers.

`python -m pitui.tui.base.keys_doc` rewrites README.md in the current folder.
"""

from pathlib import Path

from pitui.tui.base.actions import grouped
from pitui.tui.base.keymap import Keys

BEGIN, END = "<!-- keys -->", "<!-- /keys -->"


def keys_markdown() -> str:
    """Return the keys of every action as Markdown tables, one a place."""
    keys = Keys({})
    parts: list[str] = []
    for scope, rows in grouped():
        parts += [f"**{scope}**", "", "| key | does | `ui.keys` |", "|---|---|---|"]
        for row in rows:
            # A bar would end the cell, even between backticks.
            shown = " ".join(f"`{key}`" for key in keys.of(row)).replace("|", "\\|")
            parts.append(f"| {shown} | {row.help} | `{row.id}` |")
        parts.append("")
    return "\n".join(parts).rstrip()


def with_keys(text: str) -> str:
    """Return a document with the keys between its markers.

    Raises:
        ValueError: the document has no such markers.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} ... {END} in the document")
    return f"{before}{BEGIN}\n{keys_markdown()}\n{END}{after}"


def main() -> None:
    """Rewrite the README's table."""
    path = Path("README.md")
    path.write_text(with_keys(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

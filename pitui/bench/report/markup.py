"""Elements of HTML and SVG; every text is escaped and has no control characters."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from pitui.domain.text.printable import printable

Element = ET.Element
Content = str | Element


_PAINT: dict[str, dict[str, str]] = {
    "t": {"fill": "#1c1e21", "font-family": "sans-serif", "font-size": "12"},
    "dim": {"fill": "#63676e"},
    "end": {"text-anchor": "end"},
    "middle": {"text-anchor": "middle"},
    "strong": {"font-weight": "700"},
    "grid": {"stroke": "#d4d7dc"},
    "axis": {"stroke": "#d4d7dc"},
    "median": {"stroke": "#1c1e21", "stroke-width": "2"},
    "dot": {"fill": "#2f6fb0"},
    "ideal": {"stroke": "#63676e", "stroke-dasharray": "5 4"},
    "curve": {"fill": "none", "stroke": "#2f6fb0", "stroke-width": "2.5"},
    "thin": {"stroke-width": "1.3"},
    "area": {"fill": "#2f6fb0", "fill-opacity": "0.18"},
    "part": {"fill": "#2f6fb0"},
    **{name: {"fill": "#3d8b40"} for name in ("cpu", "python-cpu", "s1")},
    **{name: {"fill": "#b7791f"} for name in ("disk", "network", "gc", "skew", "s2")},
    **{name: {"fill": "#c03b3b"} for name in ("spill", "memory", "throttled", "failed")},
    "s0": {"fill": "#2f6fb0"},
    "s3": {"fill": "#7a52a8"},
    "s4": {"fill": "#1f8a8a"},
    "s5": {"fill": "#63676e"},
}
"""How shapes look where the page's style does not reach: converters, a drawing that is copied."""


def element(tag: str, *content: Content, **attributes: object) -> Element:
    """Return an element; `_` in an attribute's name stands for `-`, one at its end is dropped."""
    made = Element(
        tag,
        {
            name.rstrip("_").replace("_", "-"): _attribute_text(value)
            for name, value in attributes.items()
        },
    )
    append_content(made, content)
    return made


def append_content(parent: Element, content: Iterable[Content]) -> None:
    """Append texts and elements to an element."""
    for one in content:
        if isinstance(one, Element):
            parent.append(one)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + printable(one)
        else:
            parent.text = (parent.text or "") + printable(one)


def svg(width: float, height: float, label: str, content: Iterable[Content]) -> Element:
    """Return a drawing that is as wide as the page at most; `label` says it to screen readers."""
    return element(
        "svg",
        *content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_attribute_text(width)} {_attribute_text(height)}",
        role="img",
        aria_label=label,
        style=f"max-width: {_attribute_text(width)}px",
    )


def shape(tag: str, kind: str, *content: Content, **attributes: object) -> Element:
    """Return a shape of a drawing; `kind` holds its classes, the last of which paints last."""
    made = element(tag, *content, **attributes)
    for name in kind.split():
        made.attrib |= _PAINT.get(name, {})
    made.set("class", printable(kind))
    return made


def drawn_text(x: float, y: float, words: str, kind: str = "") -> Element:
    """Return text in a drawing."""
    return shape("text", f"t {kind}".strip(), words, x=x, y=y)


def to_html(page: Element) -> str:
    """Return a document's text."""
    return "<!doctype html>\n" + ET.tostring(page, encoding="unicode", method="html") + "\n"


def _attribute_text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return printable(str(value))

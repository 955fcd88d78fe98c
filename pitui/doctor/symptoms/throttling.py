"""What a board's firmware complains of, as the snapshot has it in words."""

from pitui.domain.cluster import NodeStatus

_EARLIER = "earlier "


def throttling(status: NodeStatus) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the complaints that hold now, and those that held since boot and no longer do.

    Written by `pitui.facts.health.parser.throttled_words`: `throttled; earlier under-voltage`.
    """
    text = status.metrics.power_trouble if status.metrics is not None else ""
    now, _, before = text.rpartition(_EARLIER) if _EARLIER in text else (text, "", "")
    return _complaints(now.rstrip("; ")), _complaints(before)


def _complaints(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(", ") if word)

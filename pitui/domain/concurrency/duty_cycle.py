"""How long to leave alone what was just at work, so that pitui takes a small share of it."""


def pause_after(took: float, *, times: float, least: float, most: float) -> float:
    """Return the seconds to pause after work of `took` seconds: `times` as long, within bounds."""
    return min(most, max(least, times * took))

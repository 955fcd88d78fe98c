"""Python's garbage collector, tuned so that it never stands between a key and its answer."""

import gc

_YOUNG = 2_000
_MIDDLE, _OLD = 5, 2_000
"""Little and often: what a redraw of lines leaves behind are cycles, 40 ms for twenty thousand."""


def tune_gc() -> None:
    """Leave what is there now out of every later collection, and collect less often.

    What was imported and built at the start stays until the end: 150,000 objects, which every full
    collection would look at again, 100 ms each time and several times a second in a burst of lines.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)

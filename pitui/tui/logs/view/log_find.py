"""Looking through many lines a few at a time: the next match, how many there are."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import compress, islice

from pitui.domain.concurrency.time_slice import SliceClock
from pitui.spark.logs.log_search import Search
from pitui.tui.logs.store.log_block import NOTE, PART
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.store.source_buffer import ERROR_MARKS
from pitui.tui.logs.view.log_rows import LogRows

_AT_ONCE = 256
_CHARACTERS = 200_000
_MOST_ERRORS = 2000


def matches(rows: LogRows, search: Search, begin: int, step: int) -> Iterator[int | None]:
    """Yield the numbers of shown lines in which something is found, from a number on.

    `step`: 1 forward, -1 backward. Yields None after some lines without one, so that the caller
    can do something else; lines may come and go meanwhile.
    """
    at: int | None = begin
    while at is not None:
        numbers, texts, at = stretch(rows, at, step)
        found = search.among("\n".join(texts), len(texts))
        if found is not None:
            yield from compress(numbers, found)
        else:
            slow = search.slow
            for number, text in zip(numbers, texts, strict=True):
                if search.found(text):
                    yield number
                elif search.slow > slow:
                    slow = search.slow
                    yield None
        yield None


async def find_next(rows: LogRows, search: Search, begin: int, step: int) -> int | None:
    """Return the next line, or with -1 the one before, in which something is found.

    None where there is none. Keys are answered meanwhile.
    """
    clock = SliceClock()
    for number in matches(rows, search, begin, step):
        if number is not None:
            return number
        await clock.rest_if_due()
    return None


async def find_all(rows: LogRows, search: Search, begin: int) -> list[int]:
    """Return all shown lines in which something is found, from a number on."""
    found: list[int] = []
    clock = SliceClock()
    for number in matches(rows, search, begin, 1):
        if number is not None:
            found.append(number)
        else:
            await clock.rest_if_due()
    return found


def stretch(rows: LogRows, begin: int, step: int) -> tuple[Sequence[int], list[str], int | None]:
    """Return some shown lines from a number on, and the number to go on with; None at the end."""
    index = rows.index(begin)
    if step < 0 and not (index < rows.lines and rows.number(index) == begin):
        index -= 1
    if not 0 <= index < rows.lines:
        return (), [], None
    numbers, texts = rows.piece(index, step, _AT_ONCE)
    size = 0
    for count, text in enumerate(texts, 1):
        size += len(text)
        if size > _CHARACTERS:
            return numbers[:count], texts[:count], numbers[count - 1] + step
    return numbers, texts, numbers[-1] + step


def error_place(store: LogStore, rows: LogRows, number: int) -> tuple[int, int] | None:
    """Return the how manieth of the errors that are shown a line is, and how many there are.

    None where there are more than are worth counting.
    """
    errors = (
        block.numbers[found.start()]
        for block in store.blocks
        for found in ERROR_MARKS.finditer(block.marks)
    )
    shown = list(islice((one for one in errors if rows.shows(one)), _MOST_ERRORS + 1))
    if len(shown) > _MOST_ERRORS:
        return None
    return bisect_left(shown, number) + 1, len(shown)


def next_error(store: LogStore, rows: LogRows, after: int) -> int | None:
    """Return the number of the first error that is shown after a line; None where there is none."""
    for index in range(max(0, store.block_at(after + 1)), len(store.blocks)):
        block = store.blocks[index]
        for found in ERROR_MARKS.finditer(block.marks, block.at(after + 1)):
            if rows.shows(number := block.numbers[found.start()]):
                return number
    return None


def previous_error(store: LogStore, rows: LogRows, before: int) -> int | None:
    """Return the number of the last error that is shown before a line; None where there is none."""
    for index in range(store.block_at(before - 1), -1, -1):
        block = store.blocks[index]
        for found in reversed(list(ERROR_MARKS.finditer(block.marks, 0, block.at(before)))):
            if rows.shows(number := block.numbers[found.start()]):
                return number
    return None


def at_time(store: LogStore, rows: LogRows, moment: float) -> int | None:
    """Return the number of the first shown line that was written at a time or later, or None."""
    for block in store.blocks:
        for at, time in enumerate(block.times):
            if time >= moment and block.offset(number := block.numbers[at]) is not None:
                index = rows.index(number)
                return rows.number(min(index, rows.lines - 1)) if rows.lines else None
    return None


def entry_of(store: LogStore, number: int) -> tuple[int, list[int]]:
    """Return the first line of a line's entry, and the entry's further lines of its source."""
    place = store.find(number)
    if place is None or place[0].marks[place[1]] & NOTE:
        return number, []
    source = place[0].sources[place[1]]
    head, parts = number, []
    if place[0].marks[place[1]] & PART:
        for other, mark in _of_source(store, source, number, -1):
            head = other
            if not mark & PART:
                break
    for other, mark in _of_source(store, source, head, 1):
        if not mark & PART:
            break
        parts.append(other)
    return head, parts


def run_of(store: LogStore, number: int, bit: int, most: int) -> list[int]:
    """Return the lines of the same source that follow one and whose mark has a bit."""
    place = store.find(number)
    found: list[int] = []
    if place is not None:
        for other, mark in _of_source(store, place[0].sources[place[1]], number, 1):
            if not mark & bit or len(found) == most:
                break
            found.append(other)
    return found


def _of_source(store: LogStore, source: int, number: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield number and mark of the lines of a source after a line, or with -1 before it."""
    first = store.block_at(number)
    for index in range(first, len(store.blocks)) if step > 0 else range(first, -1, -1):
        block = store.blocks[index]
        inside = block.at(number) + (1 if step > 0 else -1) if index == first else None
        begin = inside if inside is not None else (0 if step > 0 else len(block) - 1)
        for at in range(begin, len(block)) if step > 0 else range(begin, -1, -1):
            if block.sources[at] == source and not block.marks[at] & NOTE:
                yield block.numbers[at], block.marks[at]

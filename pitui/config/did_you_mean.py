"""The known word that somebody probably meant."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like this one, or None where none is alike."""
    import difflib

    plain = {_comparable(candidate): candidate for candidate in known}
    close = difflib.get_close_matches(_comparable(word), plain, n=1, cutoff=0.55)
    return plain[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?`, or nothing where no known word is alike."""
    found = nearest(word, known)
    return f"; did you mean {found}?" if found else ""


def _comparable(word: str) -> str:
    return word.casefold().replace("-", "_")

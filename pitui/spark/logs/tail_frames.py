"""What the script that follows a node's logs writes, taken apart into markers and bytes."""

from typing import NamedTuple


class Marker(NamedTuple):
    """Something that the script says of a source."""

    word: str
    number: int
    rest: str = ""


class Data(NamedTuple):
    """Bytes of a source's log, from the last `data` marker on."""

    number: int
    block: bytes


class MuxReader:
    """Takes blocks as they come; what is before the first marker is no concern of ours."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._held = b""
        self._number: int | None = None

    def feed(self, block: bytes) -> list[Marker | Data]:
        """Return what the block completes, in order."""
        data = self._held + block if self._held else block
        found: list[Marker | Data] = []
        at = 0
        while (begin := data.find(self._token, at)) >= 0:
            self._bytes(found, data[at:begin])
            end = data.find(b"\n", begin)
            if end < 0:
                self._held = data[begin:]
                return found
            self._marker(found, data[begin + len(self._token) + 1 : end])
            at = end + 1
        # What may be the beginning of a marker waits for its rest.
        keep = max(at, len(data) - len(self._token) + 1)
        self._bytes(found, data[at:keep])
        self._held = data[keep:]
        return found

    def _bytes(self, found: list[Marker | Data], block: bytes) -> None:
        if block and self._number is not None:
            found.append(Data(self._number, block))

    def _marker(self, found: list[Marker | Data], text: bytes) -> None:
        word, _, rest = text.decode("utf-8", "replace").partition(" ")
        number, _, rest = rest.partition(" ")
        marker = Marker(word, int(number) if number.isdecimal() else 0, rest)
        self._number = marker.number if word == "data" else None
        found.append(marker)

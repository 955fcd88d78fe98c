"""What the script on a node writes: markers and bytes, however the blocks are cut."""

from hypothesis import given
from hypothesis import strategies as st

from pitui.spark.logs.tail_frames import Data, Marker, MuxReader

TOKEN = "pitui-0123456789abcdef"
BYTES = st.one_of(st.binary(max_size=40), st.just(b"pitui-0123\nline\n" + TOKEN[:-1].encode()))


@given(st.binary(max_size=30), st.lists(st.tuples(st.integers(0, 3), BYTES)), st.data())
def test_every_byte_once_in_order(noise, blocks, data) -> None:
    stream = noise + b"\n"
    for number, block in blocks:
        stream += (
            f"{TOKEN} data {number} 5 0\n".encode() + block + f"{TOKEN} end {number}\n".encode()
        )
    stream += f"{TOKEN} done 0\n".encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    reader = MuxReader(TOKEN)
    found = []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += reader.feed(stream[begin:end])
    got: dict[int, bytes] = {}
    for event in found:
        if isinstance(event, Data):
            got[event.number] = got.get(event.number, b"") + event.block
    wanted: dict[int, bytes] = {}
    for number, block in blocks:
        wanted[number] = wanted.get(number, b"") + block
    assert got == {number: block for number, block in wanted.items() if block}
    assert found[-1] == Marker("done", 0, "")
    assert sum(isinstance(event, Marker) for event in found) == 2 * len(blocks) + 1

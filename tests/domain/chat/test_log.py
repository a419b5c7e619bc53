"""The log of a running answer."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gptchina.domain.chat import mirrors
from gptchina.domain.chat.following import WINDOW_SECONDS, _follow_log
from gptchina.domain.chat.log import Chunk, Log
from gptchina.domain.chat.records import End

PIECES = st.lists(st.tuples(st.sampled_from("tr"), st.text(max_size=5)), max_size=20)


def filled(pieces) -> Log:
    log = Log()
    for kind, text in pieces:
        log.append(kind, text)
    return log


@given(PIECES, st.integers(-2, 120))
def test_what_lies_behind_an_offset_is_the_rest_of_everything(pieces, offset) -> None:
    log = filled(pieces)
    letters = [(kind, letter) for kind, text in pieces for letter in text]
    got = [(chunk.kind, letter) for chunk in log.since(offset) for letter in chunk.text]
    assert got == letters[max(offset, 0) :]
    assert log.length == len(letters)


@given(PIECES)
def test_neighbours_of_one_kind_are_joined(pieces) -> None:
    kinds = [chunk.kind for chunk in filled(pieces).since(0)]
    assert all(left != right for left, right in pairwise(kinds))


def test_an_offset_counts_code_points() -> None:
    assert filled([("t", "👍你好")]).since(1) == [Chunk("t", "你好")]


def test_the_text_of_a_kind_is_all_of_it() -> None:
    log = filled([("r", "hm "), ("t", "a"), ("r", "well"), ("t", "b")])
    assert (log.text("t"), log.text("r")) == ("ab", "hm well")


async def test_a_follower_gets_the_first_piece_at_once_then_one_frame_a_window() -> None:
    log, loop = Log(), asyncio.get_running_loop()
    got: list[tuple[float, object]] = []

    async def follow() -> None:
        got.extend([(loop.time(), frame) async for frame in _follow_log(log, 0)])

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.01)
    began = loop.time()
    log.append("t", "a")
    for letter in "bcdefgh":
        await asyncio.sleep(0.001)
        log.append("t", letter)
    log.close(End(status="done"))
    await following
    assert got[0][0] - began < WINDOW_SECONDS / 2
    assert [frame for _, frame in got] == [Chunk("t", "a"), Chunk("t", "bcdefgh"), End("done")]
    assert got[1][0] - got[0][0] >= WINDOW_SECONDS * 0.9


async def test_every_follower_gets_everything_from_its_offset() -> None:
    log = filled([("t", "abc")])

    async def follow(offset: int) -> str:
        frames = [frame async for frame in _follow_log(log, offset)]
        return "".join(frame.text for frame in frames if isinstance(frame, Chunk))

    following = [asyncio.create_task(follow(offset)) for offset in (0, 2, 3)]
    await asyncio.sleep(0)
    log.append("t", "def")
    log.close(End(status="done"))
    assert await asyncio.gather(*following) == ["abcdef", "cdef", "def"]
    assert not log._watchers


def test_an_entry_for_other_workers_survives_its_journey() -> None:
    log = filled([("r", "\u2028\0é"), ("t", "👍")])
    end = End(status="error", code="provider_cut", params={"n": 1}, cost=3, estimated=True)
    entry = mirrors.decode(mirrors.encode(log, 1, end))
    assert entry == mirrors.Entry(1, log.since(1), end)

"""Streams without a browser: delays of chunks, CPU for each, memory, and the way to a request."""

from __future__ import annotations

import asyncio
import os
import statistics
from typing import TYPE_CHECKING

import aiohttp

from .installation import installed
from .processes import cpu_seconds, memory
from .provider import CYCLE, STAMP, wish
from .report import Row
from .visitor import follow, visitors

if TYPE_CHECKING:
    from .installation import Installation
    from .visitor import Followed

PER_SECOND = 50
CHUNKS = 250
MANY = 50
WINDOW = 0.040
SENDS = 20
GATHERING_MS = 4000
FOLLOWERS = 12


def percentile(values: list[float], percent: int) -> float:
    """Return a percentile of some values."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _delays(answer: Followed) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each chunk: all, and those beyond the window of its frame."""
    whole, beyond = [], []
    rest, before = "", -1.0
    for arrived, text in answer.frames:
        stamps = rest + text
        whole_stamps = len(stamps) // STAMP * STAMP
        rest = stamps[whole_stamps:]
        for start in range(0, whole_stamps, STAMP):
            age = (int(arrived * 1e6) - int(stamps[start : start + STAMP - 1])) % CYCLE / 1e6
            # A frame may be sent one window after the one before; waiting for that is intended.
            due = max(arrived - age, before + WINDOW)
            whole.append(age * 1000)
            beyond.append(max(0.0, arrived - due) * 1000)
        before = arrived
    return whole, beyond


def _delivered(answers: list[Followed]) -> float:
    """Return the chunks that arrived in a second while all of the answers were on their way."""
    begin = max(answer.frames[0][0] for answer in answers)
    end = min(answer.frames[-1][0] for answer in answers)
    texts = (text for each in answers for at, text in each.frames if begin < at <= end)
    return sum(map(len, texts)) / STAMP / (end - begin)


async def _stream(running: Installation, number: int) -> tuple[list[Followed], float, float]:
    """Run streams at once; return them, the server's CPU seconds, and its memory meanwhile."""
    connections = aiohttp.TCPConnector(limit=0)
    async with (
        visitors(running, number) as people,
        aiohttp.ClientSession(connector=connections) as http,
    ):
        text = wish(CHUNKS, delay=1000 // PER_SECOND, first=GATHERING_MS, stamp=True)
        turns = await asyncio.gather(*(person.send(text) for person in people))
        following = [asyncio.create_task(follow(http, running, turn)) for turn, _ in turns]
        await asyncio.sleep(GATHERING_MS / 2000)
        began = cpu_seconds(running.server.pid)
        await asyncio.sleep(GATHERING_MS / 2000 + 2)
        used = memory(running.server.pid)
        answers = await asyncio.gather(*following)
        return answers, cpu_seconds(running.server.pid) - began, used


def latency(running: Installation) -> list[Row]:
    """Delays at 1 and at 50 streams, what is delivered, and what a chunk costs."""
    rows = []
    for number in (1, MANY):
        cores = running.cores()
        answers, cpu, used = asyncio.run(_stream(running, number))
        others = cores.others()
        delays = [_delays(answer) for answer in answers]
        whole = [delay for each, _ in delays for delay in each]
        beyond = [delay for _, each in delays for delay in each]
        name = f"{number} x {PER_SECOND}/s"
        goals = {1: (None, 3.0), MANY: (60.0, None)}[number]
        for values, what, goal in (
            (whole, "delay of a chunk", goals[0]),
            (beyond, "beyond the window", goals[1]),
        ):
            rows += [
                Row(
                    f"{name}: {what}, p{percent}",
                    percentile(values, percent),
                    "ms",
                    "0",
                    promised,
                    others=others,
                )
                for percent, promised in ((50, None), (95, goal), (99, None))
            ]
        wanted = number * CHUNKS
        lost = wanted - len(whole) + sum(answer.status != "done" for answer in answers)
        rows += [
            Row(f"{name}: chunks lost", lost, "", "0", 0, others=others),
            Row(
                f"{name}: delivered a second",
                _delivered(answers),
                "",
                f"{number * PER_SECOND}",
                number * PER_SECOND * 0.98,
                least=True,
                others=others,
            ),
            Row(
                f"{name}: server CPU for a chunk",
                cpu / wanted * 1e6,
                "us",
                "30",
                300 if number == MANY else None,
                others=others,
            ),
        ]
        if number == MANY:
            rows.append(
                Row(f"{name}: memory meanwhile", used, "MB", "", 300, others=others),
            )
    return rows


async def _send_times(running: Installation) -> list[float]:
    async with visitors(running, 1) as people, aiohttp.ClientSession() as http:
        times = []
        # The first turn waits for what is loaded in the background after the start.
        await follow(http, running, (await people[0].send(wish(1)))[0])
        for _ in range(SENDS):
            await people[0].new_chat()
            turn, sent = await people[0].send(wish(1))
            await follow(http, running, turn)
            times.append((running.arrivals()[-1] - sent) * 1000)
            # The page hears of the end before the next message is typed.
            await asyncio.sleep(0.2)
        return times


def send(running: Installation) -> list[Row]:
    """From Send to the request at the provider, the hold included."""
    cores = running.cores()
    times = asyncio.run(_send_times(running))
    others = cores.others()
    return [
        Row("Send -> request at the provider, median", statistics.median(times), "ms", "1", 12,
            others=others),
        Row("Send -> request at the provider, p95", percentile(times, 95), "ms", "1",
            others=others),
    ]  # fmt: skip


async def _followed(running: Installation) -> list[Followed]:
    async with visitors(running, 1) as people, aiohttp.ClientSession() as http:
        text = wish(CHUNKS, delay=1000 // PER_SECOND, first=1000, stamp=True)
        turn, _ = await people[0].send(text)
        # Each connection goes to one of the workers, whichever is free.
        return await asyncio.gather(*(follow(http, running, turn) for _ in range(FOLLOWERS)))


def workers() -> list[Row]:
    """Two workers and Redis: one answer with many followers, on the worker that writes it or not.

    Followers on the other worker wait for two windows, so the slowest of all is the figure.
    """
    redis = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
    with installed(WORKERS="2", REDIS_URL=redis) as running:
        cores = running.cores()
        answers = asyncio.run(_followed(running))
        others = cores.others()
    medians = sorted(percentile(_delays(answer)[0], 50) for answer in answers)
    lost = sum(CHUNKS * STAMP - len(answer.text) for answer in answers)
    lost += sum(answer.status != "done" for answer in answers)
    name = f"2 workers, {FOLLOWERS} followers"
    return [
        Row(f"{name}: characters lost", lost, "", "0", 0, others=others),
        Row(f"{name}: fastest follower, p50", medians[0], "ms", "0", others=others),
        Row(f"{name}: slowest follower, p50", medians[-1], "ms", "0", others=others),
    ]


def idle_memory(running: Installation) -> list[Row]:
    """Memory of a server that nobody uses, after everything has been loaded."""
    asyncio.run(_send_times(running))
    return [Row("memory, idle", memory(running.server.pid), "MB", "", 250)]

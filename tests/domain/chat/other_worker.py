"""Another worker of the installation: begins an answer, says its id, and ends with it."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from gptchina.domain import catalog, chat, notices
from gptchina.domain.chat import admission, generations
from gptchina.domain.threads import in_thread
from gptchina.providers.llm import FinishPiece, TextPiece

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from gptchina.providers.llm import CompletionRequest, Piece

PAUSE = 0.005


class Counting:
    """A language model that counts, and then ends, or falls silent."""

    def __init__(self, pieces: int, then: str) -> None:
        self.pieces = pieces
        self.then = then

    async def stream(self, _request: CompletionRequest) -> AsyncGenerator[Piece]:
        for number in range(self.pieces):
            yield TextPiece(f"{number:04}")
            await asyncio.sleep(PAUSE)
        if self.then == "silence":
            await asyncio.Event().wait()
        yield FinishPiece("stop")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def answer(account: int, pieces: str, then: str) -> None:
    # What is seen of the answer elsewhere, before its end, is not from the database.
    generations.CHECKPOINT_SECONDS = 3600
    generations.get_language_model = lambda: Counting(int(pieces), then)
    model = catalog.offered()[0].id
    turn = await in_thread(admission.start, account, "", "Count!", model)
    generations.begin(turn)
    say(turn.id)
    await asyncio.wait(generations._tasks)


async def listen(account: int) -> None:
    with notices.mailbox(account) as mailbox:
        say("listening")
        while True:
            for topic in await mailbox.take():
                say(topic)


async def main(what: str, account: int, *rest: str) -> None:
    async with chat.with_other_workers():
        await {"answer": answer, "listen": listen}[what](account, *rest)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))

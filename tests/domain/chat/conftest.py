"""The chat against a model server on this machine, over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest_asyncio
from sqlmodel import select

from gptchina.db.engine import reading
from gptchina.db.models import Message, Usage
from gptchina.domain import catalog, chat, ledger
from gptchina.domain.chat import admission, generations
from gptchina.domain.threads import in_thread
from gptchina.providers.llm import Timeouts, client
from gptchina.settings import Environment
from gptchina.standins.behaviour import Behaviour
from gptchina.standins.model_server import (
    KNOWN_MODELS,
    ModelServerOptions,
    RecordedRequest,
    build_model_server,
)
from gptchina.standins.serving import serving
from tests.conftest import forget_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import pytest

MODEL = "gpt-4o-mini"
SHORT = Timeouts(connect=2, first_piece=0.5, between_pieces=0.5)


def forget_provider() -> None:
    forget_settings()
    client._language_model.cache_clear()
    catalog.forget()


@pytest_asyncio.fixture
async def provider(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[RecordedRequest]]:
    """Let a model server on this machine answer; return the requests it gets."""
    options = ModelServerOptions(KNOWN_MODELS, Behaviour(delay=0), "sk-test")
    app = build_model_server(options, Environment.TEST)
    async with serving(app) as address:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        forget_provider()
        yield app.state.requests
        await generations.drain(0.1)
        await client.get_language_model().aclose()
    forget_provider()
    with reading() as session:
        assert ledger.verify(session) == []


async def begin(account: int, text: str, conversation: str = "") -> chat.Turn:
    """Begin a turn; one whose provider is told to hang loses patience soon."""
    turn = await in_thread(admission.start, account, conversation, text, MODEL)
    if turn.request:
        timeouts = SHORT if "fault=hang" in text else turn.request.timeouts
        turn = replace(turn, request=replace(turn.request, timeouts=timeouts))
        generations.begin(turn)
    return turn


async def frames(account: int, turn_id: str, offset: int = 0) -> list[chat.Frame]:
    """Follow a turn to its end."""
    async with aclosing(chat.follow(account, turn_id, offset)) as following:
        return [frame async for frame in following]


async def ended(account: int, turn: chat.Turn) -> chat.End:
    end = (await frames(account, turn.id))[-1]
    assert isinstance(end, chat.End)
    return end


def text_of(followed: list[chat.Frame], kind: str = "t") -> str:
    return "".join(f.text for f in followed if isinstance(f, chat.Chunk) and f.kind == kind)


def stored(turn_id: str) -> tuple[Message, Usage]:
    with reading() as session:
        message = session.get_one(Message, turn_id)
        return message, session.exec(select(Usage).where(Usage.id == turn_id)).one()


def balance(account: int) -> ledger.Balance:
    with reading() as session:
        return ledger.balance_of(session, account)


async def until(happened: Callable[[], object]) -> None:
    """Wait for what another task or server does, which gives no sign here."""
    while not happened():  # noqa: ASYNC110
        await asyncio.sleep(0.001)

"""The real litellm client against the stand-in server, over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from gptchina.providers.llm import (
    ChatMessage,
    CompletionRequest,
    Connection,
    FinishPiece,
    LanguageModel,
    LiteLLMModel,
    Piece,
    ProviderError,
    ReasoningPiece,
    TextPiece,
    Timeouts,
    UsagePiece,
    client,
)
from gptchina.settings import Environment
from gptchina.standins.behaviour import Behaviour
from gptchina.standins.demo_model import sample_text
from gptchina.standins.model_server import (
    KNOWN_MODELS,
    ModelServerOptions,
    RecordedRequest,
    build_model_server,
)
from gptchina.standins.serving import free_port, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [
    pytest.mark.timeout(30),
    pytest.mark.filterwarnings("default::Warning:litellm"),
    # litellm's own types make pydantic warn when it builds their schema.
    pytest.mark.filterwarnings("ignore:.*ReadOnly:UserWarning"),
]

KEY = "sk-standin"
VENDORS = {"openai": "gpt-5-mini", "anthropic": "claude-haiku-4-5"}
SHORT = Timeouts(connect=2, first_piece=0.3, between_pieces=0.3)


@dataclass
class Bench:
    """A client, and what the server was asked."""

    model: LiteLLMModel
    requests: list[RecordedRequest]


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    client.warm_up().join()


def connections(address: str, key: str = KEY) -> dict[str, Connection]:
    return {
        "openai": Connection("openai", f"{address}/v1", key),
        "anthropic": Connection("anthropic", address, key),
    }


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    options = ModelServerOptions(KNOWN_MODELS, Behaviour(delay=0), KEY)
    app = build_model_server(options, Environment.TEST)
    async with serving(app) as address:
        model = LiteLLMModel(connections(address))
        yield Bench(model, app.state.requests)
        await model.aclose()


def request(
    message: str, vendor: str = "openai", timeouts: Timeouts | None = None, limit: int = 500
) -> CompletionRequest:
    messages = (ChatMessage("system", "Be brief."), ChatMessage("user", message))
    return CompletionRequest(VENDORS[vendor], vendor, messages, limit, timeouts or Timeouts())


async def read(model: LanguageModel, wanted: CompletionRequest) -> list[Piece]:
    async with contextlib.aclosing(model.stream(wanted)) as pieces:
        return [piece async for piece in pieces]


async def read_until_failure(
    model: LanguageModel, wanted: CompletionRequest
) -> tuple[list[Piece], ProviderError]:
    pieces: list[Piece] = []
    with pytest.raises(ProviderError) as failure:
        async for piece in model.stream(wanted):
            pieces.append(piece)  # noqa: PERF401 -- the pieces before the failure count
    return pieces, failure.value


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


def reasoning(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, ReasoningPiece))


both = pytest.mark.parametrize("vendor", VENDORS)


@both
async def test_an_answer_comes_whole_with_usage_and_finish(bench: Bench, vendor: str) -> None:
    wanted = request("[demo length=40 chunk=5 reasoning=3 cached=4]", vendor)
    pieces = await read(bench.model, wanted)
    assert text(pieces) == sample_text(200)
    assert reasoning(pieces).startswith("Let me")
    *_, usage, finish = pieces
    assert isinstance(usage, UsagePiece)
    assert finish == FinishPiece("stop")
    assert sum(isinstance(piece, UsagePiece) for piece in pieces) == 1
    assert (usage.usage.cache_read, usage.usage.cache_write) == (4, 0)
    assert usage.usage.output == 43
    assert usage.usage.prompt == usage.usage.input + 4


@both
async def test_the_limit_is_sent_and_told(bench: Bench, vendor: str) -> None:
    pieces = await read(bench.model, request("[demo length=40]", vendor, limit=7))
    assert pieces[-1] == FinishPiece("length")
    body = bench.requests[-1].body
    assert body.get("max_completion_tokens", body.get("max_tokens")) == 7


@both
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("400", "provider_rejected"),
        ("401", "provider_auth"),
        ("429", "provider_rate_limited"),
        ("500", "provider_down"),
    ],
)
async def test_a_refusal_is_told_and_not_retried(
    bench: Bench, vendor: str, fault: str, code: str
) -> None:
    pieces, failure = await read_until_failure(
        bench.model, request(f"[demo fault={fault}]", vendor)
    )
    assert (pieces, failure.code) == ([], code)
    assert len(bench.requests) == 1


@both
async def test_a_wrong_key_is_an_auth_failure_without_the_key(bench: Bench, vendor: str) -> None:
    address = bench.model._connections["anthropic"].base_url
    model = LiteLLMModel(connections(address, "sk-wrong"))
    _, failure = await read_until_failure(model, request("hello", vendor))
    assert failure.code == "provider_auth"
    assert "sk-wrong" not in str(failure)
    await model.aclose()


@both
async def test_a_server_that_is_not_there_is_down(vendor: str) -> None:
    model = LiteLLMModel(connections(f"http://127.0.0.1:{free_port()}"))
    _, failure = await read_until_failure(model, request("hello", vendor))
    assert failure.code == "provider_down"
    await model.aclose()


@both
@pytest.mark.parametrize("after", [0, 3])
async def test_a_cut_is_told_after_what_was_delivered(
    bench: Bench, vendor: str, after: int
) -> None:
    wanted = request(f"[demo fault=cut length=9 chunk=4 after={after}]", vendor)
    pieces, failure = await read_until_failure(bench.model, wanted)
    assert failure.code == "provider_cut"
    assert text(pieces) == sample_text(after * 4)


@both
@pytest.mark.parametrize("after", [0, 3])
async def test_silence_is_a_timeout_and_closes_the_connection(
    bench: Bench, vendor: str, after: int
) -> None:
    wanted = request(f"[demo fault=hang length=9 chunk=4 after={after}]", vendor, SHORT)
    pieces, failure = await read_until_failure(bench.model, wanted)
    assert failure.code == "provider_timeout"
    assert text(pieces) == sample_text(after * 4)
    async with asyncio.timeout(5):
        await bench.requests[0].ended.wait()
    assert bench.requests[0].disconnected


async def test_a_first_piece_may_take_longer_than_the_next(bench: Bench) -> None:
    patient = Timeouts(first_piece=5, between_pieces=0.2)
    pieces = await read(bench.model, request("[demo first=500 length=3]", timeouts=patient))
    assert pieces[-1] == FinishPiece("stop")


async def test_garbage_is_told(bench: Bench) -> None:
    wanted = request("[demo fault=garbage length=9 chunk=4 after=2]")
    pieces, failure = await read_until_failure(bench.model, wanted)
    assert failure.code == "provider_garbage"
    assert text(pieces) == sample_text(8)


@both
async def test_an_error_in_the_stream_is_down(bench: Bench, vendor: str) -> None:
    wanted = request("[demo fault=error-in-stream length=9 chunk=4 after=2]", vendor)
    pieces, failure = await read_until_failure(bench.model, wanted)
    assert failure.code == "provider_down"
    assert text(pieces) == sample_text(8)


async def test_a_missing_usage_is_missing(bench: Bench) -> None:
    pieces = await read(bench.model, request("[demo fault=no-usage length=2]"))
    assert not any(isinstance(piece, UsagePiece) for piece in pieces)
    assert pieces[-1] == FinishPiece("stop")


async def test_usage_told_twice_is_given_once(bench: Bench) -> None:
    pieces = await read(bench.model, request("[demo fault=usage-twice length=2]"))
    assert sum(isinstance(piece, UsagePiece) for piece in pieces) == 1


async def test_an_orderly_end_without_a_reason_is_a_stop(bench: Bench) -> None:
    pieces = await read(bench.model, request("[demo fault=no-finish length=2]"))
    assert pieces[-1] == FinishPiece("stop")


@both
async def test_an_empty_answer_has_only_usage_and_finish(bench: Bench, vendor: str) -> None:
    pieces = await read(bench.model, request("[demo fault=empty]", vendor))
    assert [type(piece) for piece in pieces] == [UsagePiece, FinishPiece]


@both
async def test_cancelling_the_reader_closes_the_connection(bench: Bench, vendor: str) -> None:
    begun = asyncio.Event()

    async def follow() -> None:
        async for _ in bench.model.stream(request("[demo length=9000 delay=20]", vendor)):
            begun.set()

    reading = asyncio.create_task(follow())
    async with asyncio.timeout(10):
        await begun.wait()
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        await bench.requests[0].ended.wait()
    assert bench.requests[0].disconnected
    assert bench.requests[0].sent < 200


@both
async def test_closing_the_iterator_closes_the_connection(bench: Bench, vendor: str) -> None:
    async with contextlib.aclosing(
        bench.model.stream(request("[demo length=9000 delay=20]", vendor))
    ) as pieces:
        await anext(pieces)
    async with asyncio.timeout(5):
        await bench.requests[0].ended.wait()
    assert bench.requests[0].disconnected


async def test_connections_are_used_again(bench: Bench) -> None:
    for _ in range(3):
        await read(bench.model, request("[demo length=2]"))
    transport = bench.model._http()._transport
    assert len(transport._pool.connections) == 1  # pyright: ignore[reportAttributeAccessIssue]


async def test_openai_streams_are_read_beneath_the_wrapper(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the slow path was taken")

    monkeypatch.setattr(client, "read_wrapper", refuse)
    assert text(await read(bench.model, request("[demo length=2 chunk=4]"))) == sample_text(8)


async def test_the_wrapper_reads_the_same_when_nothing_is_beneath(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = request("[demo length=9 chunk=4 reasoning=2 cached=3]")
    fast = await read(bench.model, wanted)
    monkeypatch.setattr(client, "_response_beneath", lambda _: None)
    slow = await read(bench.model, wanted)
    assert (text(slow), reasoning(slow), slow[-2:]) == (text(fast), reasoning(fast), fast[-2:])


@both
async def test_models_are_listed(bench: Bench, vendor: str) -> None:
    assert await bench.model.list_models(vendor) == list(KNOWN_MODELS)


async def test_a_failing_list_is_a_provider_error(bench: Bench) -> None:
    model = LiteLLMModel(connections(bench.model._connections["anthropic"].base_url, "sk-wrong"))
    with pytest.raises(ProviderError) as failure:
        await model.list_models("openai")
    assert failure.value.code == "provider_auth"
    await model.aclose()


async def test_a_vendor_without_a_key_is_refused(bench: Bench) -> None:
    wanted = CompletionRequest("deepseek-chat", "deepseek", (ChatMessage("user", "hi"),), 5)
    _, failure = await read_until_failure(bench.model, wanted)
    assert failure.code == "provider_auth"

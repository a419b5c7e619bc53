"""The stand-in model server speaks the protocols as the vendors do, faults included."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
import pytest_asyncio

from gptchina.settings import Environment
from gptchina.standins.behaviour import Behaviour
from gptchina.standins.model_server import (
    KNOWN_MODELS,
    ModelServerOptions,
    build_model_server,
)
from gptchina.standins.refused import StandInRefusedError
from gptchina.standins.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette

KEY = "sk-standin"
OPTIONS = ModelServerOptions(KNOWN_MODELS, Behaviour(delay=0), KEY)


@pytest.fixture
def app() -> Starlette:
    return build_model_server(OPTIONS, Environment.TEST)


@pytest_asyncio.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {KEY}"}
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=address, headers=headers, timeout=5) as http,
    ):
        yield http


def request(message: str, **changes: object) -> dict[str, Any]:
    messages = [{"role": "user", "content": message}]
    streaming = {"stream": True, "stream_options": {"include_usage": True}}
    return {"model": "gpt-5-mini", "messages": messages, **streaming, **changes}


async def chunks(client: httpx.AsyncClient, body: dict[str, Any]) -> list[Any]:
    read: list[Any] = []
    async with client.stream("POST", "/v1/chat/completions", json=body) as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            if line:
                data = line.removeprefix("data: ")
                read.append(data if data == "[DONE]" else orjson.loads(data))
    return read


def text(read: list[Any]) -> str:
    choices = [chunk["choices"][0] for chunk in read[:-1] if chunk["choices"]]
    return "".join(choice["delta"].get("content", "") for choice in choices)


async def test_models_are_listed_under_their_names(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/v1/models")).json()["data"]
    assert [model["id"] for model in listed] == list(KNOWN_MODELS)


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions"])
async def test_a_wrong_key_is_refused(client: httpx.AsyncClient, path: str) -> None:
    headers = {"authorization": "Bearer sk-other"}
    method = "GET" if path.endswith("models") else "POST"
    response = await client.request(method, path, headers=headers, json=request("hello"))
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "invalid_api_key"


async def test_an_unknown_model_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/chat/completions", json=request("hello", model="gpt-0"))
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"messages": ["hello"]},
        {"messages": [{"role": "user", "content": 5}]},
        {"max_tokens": 0},
        {"messages": [{"role": "user", "content": "[demo fault=unheard]"}]},
        {"messages": [{"role": "user", "content": "[demo length=-1]"}]},
    ],
)
async def test_a_bad_request_is_named(client: httpx.AsyncClient, change: dict[str, Any]) -> None:
    response = await client.post("/v1/chat/completions", json=request("hello", **change))
    assert response.status_code == 400
    assert response.json()["error"]["message"]


async def test_a_stream_carries_role_text_reason_usage_and_end(client: httpx.AsyncClient) -> None:
    read = await chunks(client, request("[demo length=3 chunk=4 reasoning=2 cached=2] hi"))
    assert read[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    thoughts = [c["choices"][0]["delta"].get("reasoning_content") for c in read[1:3]]
    assert all(thoughts)
    assert len(text(read)) == 12
    assert read[-3]["choices"][0]["finish_reason"] == "stop"
    usage = read[-2]["usage"]
    assert read[-2]["choices"] == []
    assert usage["completion_tokens"] == 5
    assert usage["completion_tokens_details"] == {"reasoning_tokens": 2}
    assert usage["prompt_tokens_details"] == {"cached_tokens": 2}
    assert usage["total_tokens"] == usage["prompt_tokens"] + 5
    assert read[-1] == "[DONE]"


async def test_usage_comes_only_when_asked_for(client: httpx.AsyncClient) -> None:
    read = await chunks(client, request("hi", stream_options=None))
    assert not any("usage" in chunk for chunk in read[:-1])


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_the_answer_ends_at_the_limit(client: httpx.AsyncClient, name: str) -> None:
    read = await chunks(client, request("[demo length=50]", **{name: 7}))
    assert read[-2]["usage"]["completion_tokens"] == 7
    assert read[-3]["choices"][0]["finish_reason"] == "length"


async def test_a_reply_without_streaming_is_the_same_answer(client: httpx.AsyncClient) -> None:
    question = "What is 12.5 * 48?"
    streamed = await chunks(client, request(question))
    whole = await client.post("/v1/chat/completions", json=request(question, stream=False))
    choice = whole.json()["choices"][0]
    assert choice["message"]["content"] == text(streamed)
    assert choice["finish_reason"] == "stop"
    assert whole.json()["usage"] == streamed[-2]["usage"]


@pytest.mark.parametrize(("fault", "status"), [("400", 400), ("401", 401), ("429", 429)])
async def test_refusals_have_their_status(
    client: httpx.AsyncClient, fault: str, status: int
) -> None:
    body = request(f"[demo fault={fault}]")
    assert (await client.post("/v1/chat/completions", json=body)).status_code == status


async def test_a_fault_passes_after_its_times(client: httpx.AsyncClient) -> None:
    body = request("[demo fault=500 times=2] hello", stream=False)
    statuses = [
        (await client.post("/v1/chat/completions", json=body)).status_code for _ in range(4)
    ]
    assert statuses == [500, 500, 200, 200]


async def test_a_cut_stream_drops_after_its_chunks(client: httpx.AsyncClient) -> None:
    received: list[str] = []
    body = request("[demo fault=cut after=3 length=9]")
    async with client.stream("POST", "/v1/chat/completions", json=body) as response:
        with pytest.raises(httpx.RemoteProtocolError):
            async for line in response.aiter_lines():
                received += [line] if line else []
    assert len(received) == 1 + 3


async def test_garbage_is_no_json(client: httpx.AsyncClient) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        await chunks(client, request("[demo fault=garbage after=1 length=2]"))


@pytest.mark.parametrize(
    ("fault", "usages", "finished"),
    [("no-usage", 0, True), ("usage-twice", 2, True), ("no-finish", 1, False)],
)
async def test_endings_go_wrong_as_asked(
    client: httpx.AsyncClient, fault: str, usages: int, *, finished: bool
) -> None:
    read = await chunks(client, request(f"[demo fault={fault} length=2]"))
    assert sum("usage" in chunk for chunk in read[:-1]) == usages
    reasons = [c["choices"][0]["finish_reason"] for c in read[:-1] if c["choices"]]
    assert ("stop" in reasons) is finished


async def test_an_empty_answer_has_usage_and_no_word(client: httpx.AsyncClient) -> None:
    read = await chunks(client, request("[demo fault=empty]"))
    assert text(read) == ""
    assert read[-2]["usage"]["completion_tokens"] == 0


async def test_huge_usage_is_beyond_any_context(client: httpx.AsyncClient) -> None:
    read = await chunks(client, request("[demo fault=huge-usage length=1]"))
    assert read[-2]["usage"]["completion_tokens"] > 10**9


async def test_an_error_comes_in_mid_stream(client: httpx.AsyncClient) -> None:
    body = request("[demo fault=error-in-stream after=1 length=2]")
    lines: list[str] = []
    async with client.stream("POST", "/v1/chat/completions", json=body) as response:
        with pytest.raises(httpx.RemoteProtocolError):
            async for line in response.aiter_lines():
                lines += [line] if line else []
    assert "error" in orjson.loads(lines[-1].removeprefix("data: "))


@pytest.mark.parametrize("after", [0, 2])
async def test_a_hanging_server_sees_its_reader_leave(
    client: httpx.AsyncClient, app: Starlette, after: int
) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await client.post(
            "/v1/chat/completions", json=request(f"[demo fault=hang after={after}]"), timeout=0.2
        )
    record = app.state.requests[-1]
    async with asyncio.timeout(5):
        await record.ended.wait()
    assert record.disconnected
    assert not record.finished


async def test_chunks_keep_their_time(client: httpx.AsyncClient) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await chunks(client, request("[demo length=10 delay=20 first=100]"))
    assert loop.time() - started >= 0.3


async def test_requests_are_recorded(client: httpx.AsyncClient, app: Starlette) -> None:
    await chunks(client, request("remember me"))
    (record,) = app.state.requests
    assert record.body["messages"][0]["content"] == "remember me"
    assert record.authorization == f"Bearer {KEY}"
    assert record.finished


async def test_production_refuses_the_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StandInRefusedError):
        build_model_server(environment=Environment.PRODUCTION)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("PUBLIC_URL", "https://chat.example.com")
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("CREDS_KEY", "c" * 40)
    with pytest.raises(StandInRefusedError):
        build_model_server()

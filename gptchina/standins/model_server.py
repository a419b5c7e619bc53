"""A model server that speaks OpenAI's protocol (and Anthropic's), for development and tests."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gptchina.standins.behaviour import Behaviour, BehaviourError
from gptchina.standins.completion import BadRequestError, Completion, plan
from gptchina.standins.dialects import GARBAGE, AnthropicDialect, Dialect, OpenAIDialect
from gptchina.standins.refused import refuse_in_production

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from gptchina.settings import Environment

DEMO_MODEL = "gptchina-demo"
KNOWN_MODELS = (DEMO_MODEL, "gpt-5-mini", "gpt-4o-mini", "claude-haiku-4-5")
KEPT_REQUESTS = 1000
_REFUSALS = {
    "400": (400, "invalid_request_error", "context_length_exceeded", "The request is too long"),
    "401": (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided"),
    "429": (429, "requests", "rate_limit_exceeded", "Rate limit reached, try again later"),
    "500": (500, "server_error", None, "The server had an error"),
}


@dataclass(slots=True)
class RecordedRequest:
    """A request as it arrived, and what became of it; `ended` is set when a stream is over."""

    path: str
    authorization: str
    body: dict[str, Any]
    sent: int = 0
    finished: bool = False
    disconnected: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class ModelServerOptions:
    """What the server offers: its models, its default behaviour, and the key it wants ("": any)."""

    models: tuple[str, ...] = (DEMO_MODEL,)
    behaviour: Behaviour = field(default_factory=Behaviour)
    key: str = ""


def _refusal(status: int, kind: str, code: str | None, message: str) -> JSONResponse:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=status)


async def _pieces(
    completion: Completion, dialect: Dialect, *, usage_wanted: bool
) -> AsyncIterator[bytes | None]:
    """Yield what goes over the wire, in time; None means that the connection drops."""
    behaviour = completion.behaviour
    if behaviour.fault == "hang" and not behaviour.after:
        await asyncio.Event().wait()
    yield dialect.begin()
    await asyncio.sleep(behaviour.first / 1000)
    encoded = [(dialect.reasoning, piece) for piece in completion.reasoning]
    encoded += [(dialect.text, piece) for piece in completion.text]
    due = asyncio.get_running_loop().time()
    for number, (encode, piece) in enumerate(encoded):
        if number == behaviour.after:
            async for part in _broken(behaviour.fault, dialect):
                yield part
        yield encode(piece)
        due += behaviour.delay / 1000
        if behaviour.delay:
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
    if behaviour.after >= len(encoded):
        async for part in _broken(behaviour.fault, dialect):
            yield part
    times = {"no-usage": 0, "usage-twice": 2}.get(behaviour.fault, 1) if usage_wanted else 0
    yield dialect.end(finish=behaviour.fault != "no-finish", usages=[completion.usage] * times)


async def _broken(fault: str, dialect: Dialect) -> AsyncIterator[bytes | None]:
    if fault == "hang":
        await asyncio.Event().wait()
    elif fault == "cut":
        yield None
    elif fault == "garbage":
        yield GARBAGE
    elif fault == "error-in-stream":
        yield dialect.failure()
        yield None


class _EventStream(Response):
    """The streamed reply: notices at once when the reader has gone, can end without an ending."""

    def __init__(self, pieces: AsyncIterator[bytes | None], record: RecordedRequest) -> None:
        super().__init__(media_type="text/event-stream", headers={"cache-control": "no-cache"})
        del self.headers["content-length"]
        self._pieces = pieces
        self._record = record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        writing = asyncio.create_task(self._write(send))
        watching = asyncio.create_task(self._watch(receive))
        await asyncio.wait({writing, watching}, return_when=asyncio.FIRST_COMPLETED)
        self._record.disconnected = not writing.done()
        for task in (writing, watching):
            task.cancel()
        await asyncio.gather(writing, watching, return_exceptions=True)
        self._record.ended.set()

    async def _write(self, send: Send) -> None:
        begun = False
        async for piece in self._pieces:
            if piece is None:
                return
            if not begun:
                start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
                await send(start)
                begun = True
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            self._record.sent += 1
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        self._record.finished = True

    @staticmethod
    async def _watch(receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


class _ModelServer:
    """The routes; one instance is one server with its memory of requests."""

    def __init__(self, options: ModelServerOptions) -> None:
        self.options = options
        self.requests: deque[RecordedRequest] = deque(maxlen=KEPT_REQUESTS)
        self._faults: Counter[str] = Counter()

    def _key_accepted(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        given = request.headers.get("x-api-key", given)
        wanted = self.options.key
        return not wanted or secrets.compare_digest(given.encode(), wanted.encode())

    async def models(self, request: Request) -> Response:
        """List the models."""
        if not self._key_accepted(request):
            return _refusal(*_REFUSALS["401"])
        offered = [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "gptchina"}
            for name in self.options.models
        ]
        return JSONResponse({"object": "list", "data": offered})

    async def chat_completions(self, request: Request) -> Response:
        """Answer in OpenAI's protocol."""
        return await self._answer(request, OpenAIDialect)

    async def messages(self, request: Request) -> Response:
        """Answer in Anthropic's protocol."""
        return await self._answer(request, AnthropicDialect)

    async def _answer(
        self, request: Request, dialect: type[OpenAIDialect | AnthropicDialect]
    ) -> Response:
        try:
            body = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            return _refusal(400, "invalid_request_error", None, "The body is not JSON")
        authorization = request.headers.get("authorization", "")
        record = RecordedRequest(request.url.path, authorization, body)
        self.requests.append(record)
        if not self._key_accepted(request):
            return _refusal(*_REFUSALS["401"])
        model = str(body.get("model", ""))
        if model not in self.options.models:
            message = f"The model {model!r} does not exist"
            return _refusal(404, "invalid_request_error", "model_not_found", message)
        try:
            completion = self._forgiving(plan(body, self.options.behaviour), body)
        except (BadRequestError, BehaviourError) as error:
            return _refusal(400, "invalid_request_error", None, str(error))
        return await self._reply(completion, dialect(completion, model), record)

    def _forgiving(self, completion: Completion, body: dict[str, Any]) -> Completion:
        """Leave the fault out when this message has met it as often as `times` says."""
        behaviour = completion.behaviour
        if not behaviour.fault or behaviour.times is None:
            return completion
        message = str(body["messages"][-1])
        self._faults[message] += 1
        if self._faults[message] <= behaviour.times:
            return completion
        return plan(body, self.options.behaviour, faulty=False)

    @staticmethod
    async def _reply(completion: Completion, dialect: Dialect, record: RecordedRequest) -> Response:
        behaviour, body = completion.behaviour, record.body
        if behaviour.fault in _REFUSALS:
            return _refusal(*_REFUSALS[behaviour.fault])
        if body.get("stream") or behaviour.fault == "hang":
            options = body.get("stream_options") or {}
            wanted = dialect.usage_unasked or bool(options.get("include_usage"))
            return _EventStream(_pieces(completion, dialect, usage_wanted=wanted), record)
        await asyncio.sleep(behaviour.first / 1000)
        record.finished = True
        return JSONResponse(dialect.whole())


def build_model_server(
    options: ModelServerOptions | None = None, environment: Environment | None = None
) -> Starlette:
    """Return the server as an ASGI application; `app.state.requests` holds what it was asked.

    Mount it where the base URL shall point, its routes begin with `/models` and
    `/chat/completions`; the same routes stand under `/v1`, too. Raises StandInRefusedError in
    production.
    """
    refuse_in_production(environment)
    server = _ModelServer(options or ModelServerOptions())
    routes = [
        Route(prefix + path, endpoint, methods=[method])
        for prefix in ("", "/v1")
        for path, endpoint, method in (
            ("/models", server.models, "GET"),
            ("/chat/completions", server.chat_completions, "POST"),
            ("/messages", server.messages, "POST"),
        )
    ]
    app = Starlette(routes=routes)
    app.state.requests = server.requests
    return app

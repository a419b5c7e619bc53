"""The client: litellm maps and routes every request, and reads the dialects that need it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import httpx

from gptchina.logs import take_over_loggers
from gptchina.providers.llm.connections import ANTHROPIC, ANTHROPIC_URL, OPENAI, Connection
from gptchina.providers.llm.connections import connections as configured
from gptchina.providers.llm.contract import (
    ChatMessage,
    CompletionRequest,
    ProviderError,
    ProviderFailure,
)
from gptchina.providers.llm.counting import warm_encodings
from gptchina.providers.llm.failures import failure_of_status, provider_error
from gptchina.providers.llm.sse import read_events
from gptchina.providers.llm.wrapper import read_wrapper
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from gptchina.providers.llm.contract import Piece

_LISTING_SECONDS = 10.0
_IDLE_CONNECTIONS = 100
_IDLE_SECONDS = 60.0
_SETTINGS_BEFORE_IMPORT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # prices are those that were installed
    "LITELLM_MODE": "PRODUCTION",  # it shall not read `.env` by itself
}


@cache
def _litellm() -> Any:  # noqa: ANN401 -- litellm's own types are partly unknown
    """Import and set up litellm: seconds of work, so never on the event loop."""
    os.environ.update(_SETTINGS_BEFORE_IMPORT)
    litellm: Any = importlib.import_module("litellm")
    take_over_loggers()
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.disable_streaming_logging = True
    litellm.turn_off_message_logging = True
    litellm.drop_params = True
    return litellm


def _is_loaded() -> bool:
    return bool(_litellm.cache_info().currsize)


class LiteLLMModel:
    """The language models of the given connections; usable from any event loop."""

    def __init__(
        self,
        connections: Mapping[str, Connection],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._connections = connections
        self._transport = transport
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            WeakKeyDictionary()
        )

    @property
    def vendors(self) -> frozenset[str]:
        """The vendors that can be asked."""
        return frozenset(self._connections)

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Stream a completion as LanguageModel promises."""
        connection = self._connection(request.vendor)
        try:
            wrapper = await self._ask(request, connection)
        except Exception as error:
            raise provider_error(error) from error
        response = _response_beneath(wrapper)
        pieces = (
            read_wrapper(wrapper, request.timeouts)
            if response is None
            else read_events(response, request.timeouts)
        )
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                yield piece

    async def list_models(self, vendor: str) -> list[str]:
        """Return the names of the vendor's models; raise ProviderError if it does not list them."""
        connection = self._connection(vendor)
        url, headers = _listing(connection)
        try:
            reply = await self._http().get(url, headers=headers, timeout=_LISTING_SECONDS)
            if not reply.is_success:
                code = failure_of_status(reply.status_code)
                raise ProviderError(code, f"the list of models has status {reply.status_code}")
            return [str(model["id"]) for model in reply.json()["data"]]
        except httpx.TimeoutException as error:
            raise ProviderError(ProviderFailure.TIMEOUT, repr(error)) from error
        except httpx.HTTPError as error:
            raise ProviderError(ProviderFailure.DOWN, repr(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise ProviderError(ProviderFailure.GARBAGE, repr(error)) from error

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def _connection(self, vendor: str) -> Connection:
        connection = self._connections.get(vendor)
        if connection is None:
            raise ProviderError(ProviderFailure.AUTH, f"no key is set for {vendor}")
        return connection

    def _http(self) -> httpx.AsyncClient:
        """Return the event loop's client, whose connections stay open from turn to turn."""
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            limits = httpx.Limits(
                max_connections=None,
                max_keepalive_connections=_IDLE_CONNECTIONS,
                keepalive_expiry=_IDLE_SECONDS,
            )
            client = httpx.AsyncClient(
                transport=self._transport, limits=limits, follow_redirects=True
            )
            self._clients[loop] = client
        return client

    async def _ask(self, request: CompletionRequest, connection: Connection) -> Any:  # noqa: ANN401
        """Send the request through litellm and return its wrapper around the stream."""
        litellm = _litellm() if _is_loaded() else await asyncio.to_thread(_litellm)
        wait = request.timeouts
        own: dict[str, Any] = {}
        if connection.vendor == OPENAI:
            own["client"] = importlib.import_module("openai").AsyncOpenAI(
                api_key=connection.api_key,
                base_url=connection.base_url,
                http_client=self._http(),
                max_retries=0,
            )
        elif connection.vendor == ANTHROPIC:
            own["api_base"] = f"{connection.base_url}/v1/messages"
        return await litellm.acompletion(
            model=f"{request.vendor}/{request.model}",
            messages=[{"role": m.role, "content": m.content} for m in request.messages],
            max_tokens=request.max_output,
            stream=True,
            stream_options={"include_usage": True},
            api_key=connection.api_key,
            timeout=httpx.Timeout(wait.first_piece, connect=wait.connect),
            max_retries=0,
            num_retries=0,
            **own,
        )


def _listing(connection: Connection) -> tuple[str, dict[str, str]]:
    if connection.vendor == ANTHROPIC:
        headers = {"x-api-key": connection.api_key, "anthropic-version": "2023-06-01"}
        return f"{connection.base_url or ANTHROPIC_URL}/v1/models?limit=1000", headers
    if not connection.base_url:
        raise ProviderError(
            ProviderFailure.REJECTED, f"{connection.vendor} is not asked for a list"
        )
    return f"{connection.base_url}/models", {"authorization": f"Bearer {connection.api_key}"}


def _response_beneath(wrapper: Any) -> httpx.Response | None:  # noqa: ANN401
    """Return the HTTP reply beneath litellm's wrapper if it is an OpenAI-compatible stream.

    Read there, a chunk costs microseconds; through the wrapper it costs half a millisecond.
    """
    stream = getattr(wrapper, "completion_stream", None)
    response = getattr(stream, "response", None)
    is_openai = type(stream).__module__.partition(".")[0] == "openai"
    return response if is_openai and isinstance(response, httpx.Response) else None


def get_language_model() -> LiteLLMModel:
    """Return the client for what the settings allow, the same one at every call."""
    return _language_model()


@cache
def _language_model() -> LiteLLMModel:
    return LiteLLMModel(configured(get_settings()))


def warm_up(models: Sequence[str] = ()) -> threading.Thread:
    """Load in a thread what the first turn with one of the models needs; return the thread."""
    thread = threading.Thread(target=_warm, args=(models,), name="warm-up", daemon=True)
    thread.start()
    return thread


def _warm(models: Sequence[str]) -> None:
    warm_encodings(models)
    _litellm()
    asyncio.run(_rehearse())


async def _rehearse() -> None:
    """Ask a server that is not there, because litellm imports much of itself at its first use."""
    reply = httpx.Response(
        200, headers={"content-type": "text/event-stream"}, content=b"data: [DONE]\n\n"
    )
    connection = Connection(OPENAI, "http://rehearsal.invalid/v1", "none")
    model = LiteLLMModel({OPENAI: connection}, httpx.MockTransport(lambda _: reply))
    request = CompletionRequest("gpt-4o-mini", OPENAI, (ChatMessage("user", "hello"),), 1)
    with contextlib.suppress(ProviderError):
        async for _ in model.stream(request):
            pass
    await model.aclose()

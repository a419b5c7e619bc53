"""The SDK's client, made when first used, and its errors told as failures of our own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from gptchina.logs import get_logger
from gptchina.providers.payments.contract import PaymentFailure, PaymentProviderError

if TYPE_CHECKING:
    from collections.abc import Generator

    import stripe

    from gptchina.settings import StripeAccount

log = get_logger()

# One release train with the versions of Stripe.js and its React components that the page loads.
API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 15.0
RETRIES = 2
_LONGEST_DETAIL = 500


class _Connection(NamedTuple):
    client: stripe.StripeClient
    http: stripe.HTTPXClient


def _connect(account: StripeAccount) -> _Connection:
    import stripe  # noqa: PLC0415 -- loads slowly, and only who buys needs it

    # The SDK's own client waits for 80 seconds, and does not try again.
    http = stripe.HTTPXClient(timeout=TIMEOUT_SECONDS)
    client = stripe.StripeClient(
        account.secret_key,
        stripe_version=API_VERSION,
        max_network_retries=RETRIES,
        http_client=http,
        base_addresses={"api": account.api_base} if account.api_base else None,
    )
    return _Connection(client, http)


class Connections:
    """The clients of an account: one for each event loop, for their sockets belong to it."""

    def __init__(self, account: StripeAccount) -> None:
        self._account = account
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connection] = WeakKeyDictionary()

    async def client(self) -> stripe.StripeClient:
        """Return the client of the running event loop."""
        loop = asyncio.get_running_loop()
        found = self._made.get(loop)
        if found is None:
            # The import and the certificates take a tenth of a second, which others need not wait.
            made = await asyncio.to_thread(_connect, self._account)
            found = self._made.setdefault(loop, made)
        return found.client

    async def aclose(self) -> None:
        """Close the sockets of the running event loop."""
        found = self._made.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found.http.close_async()


def _failure(error: stripe.StripeError) -> PaymentFailure:
    import stripe  # noqa: PLC0415 -- is loaded, for it raised the error

    # Of an answer that is no refusal, such as a conflict or a server error, the SDK makes APIError.
    if isinstance(error, (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError)):
        return PaymentFailure.UNAVAILABLE
    if error.code == "resource_missing":
        return PaymentFailure.NOT_FOUND
    return PaymentFailure.REFUSED


@contextlib.contextmanager
def asking(what: str) -> Generator[None]:
    """Turn the SDK's errors into PaymentProviderError; `what` is asked, for the log."""
    import stripe  # noqa: PLC0415 -- is loaded, for there is a client

    try:
        yield
    except stripe.StripeError as error:
        code = _failure(error)
        log.warning(
            "stripe_failed",
            asked=what,
            failure=str(code),
            error=type(error).__name__,
            code=error.code,
            status=error.http_status,
            request_id=error.request_id,
        )
        detail = f"{what}: {type(error).__name__} {error.code or ''}: {error}"[:_LONGEST_DETAIL]
        raise PaymentProviderError(code, detail) from error

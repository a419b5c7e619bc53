"""Posting events to the shop's webhook, in the background and with retries."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import orjson

from gptchina.standins.stripe.events import signature
from gptchina.standins.stripe.transaction import shown

if TYPE_CHECKING:
    import httpx

    from gptchina.standins.stripe.options import StripeOptions
    from gptchina.standins.stripe.store import Store

PAUSED = "paused"
# Seconds before each further attempt; after the last the event is only to be found in the list.
PAUSES = (0.5, 1, 2, 5, 10, 30, 60)
_TIMEOUT = 15.0
# Longer than an attempt can take: another process posts the event if this one dies meanwhile.
_LEASE = 30.0
_ACCEPTED = range(200, 300)


class Courier:
    """Posts what waits in the store.

    A mounted application has no lifespan, so posting begins with a request or a control and ends
    when nothing waits any more.
    """

    def __init__(self, store: Store, options: StripeOptions) -> None:
        """Post what waits in the store as the options say."""
        self.url = options.webhook_url
        self.secret = options.webhook_secret
        self.transport: httpx.AsyncBaseTransport | None = None
        self._store = store
        self._automatic = options.deliver
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Begin posting, or look again for what waits; may be called from any thread."""
        if not self._automatic or not self.url:
            return
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            if self._loop is not None and self._loop.is_running():
                self._loop.call_soon_threadsafe(self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        task = self._task
        if task and not task.done() and task.get_loop() is asyncio.get_running_loop():
            self._news.set()
            return
        self._news = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._work(self._news))

    async def _work(self, news: asyncio.Event) -> None:
        while True:
            news.clear()
            async with self._client() as client:
                await self._post_all(client, news)
            if not news.is_set():
                return

    async def _post_all(self, client: httpx.AsyncClient, news: asyncio.Event) -> None:
        """Post all that waits, each when it is due."""
        while True:
            event, wait = await asyncio.to_thread(self._claim)
            if event is not None:
                await self._post(client, event, orjson.dumps(shown(event)).decode())
            elif wait is None:
                return
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), max(0.0, wait))
                news.clear()

    def _claim(self) -> tuple[dict[str, Any] | None, float | None]:
        """Return an event to post, which no other process then posts, or seconds to wait.

        None and None is that nothing waits.
        """
        now = time.time()
        with self._store.transaction() as tx:
            if tx.marked(PAUSED):
                return None, None
            row = tx.connection.execute(
                "SELECT event, attempts, due FROM deliveries ORDER BY due, rowid LIMIT 1"
            ).fetchone()
            if row is None:
                return None, None
            event, attempts, due = row
            if due > now:
                return None, due - now
            if attempts > len(PAUSES):
                tx.connection.execute("DELETE FROM deliveries WHERE event = ?", (event,))
                return None, 0.0
            tx.connection.execute(
                "UPDATE deliveries SET attempts = attempts + 1, due = ? WHERE event = ?",
                (now + _LEASE, event),
            )
            return tx.find(event), None

    async def send(
        self, event: dict[str, Any], payload: str | None = None, header: str | None = None
    ) -> int:
        """Post an event once, in these words and with this signature if given; see Courier."""
        async with self._client() as client:
            body = orjson.dumps(shown(event)).decode() if payload is None else payload
            return await self._post(client, event, body, header)

    async def _post(
        self,
        client: httpx.AsyncClient,
        event: dict[str, Any],
        payload: str,
        header: str | None = None,
    ) -> int:
        """Return the status of one attempt, 0 if nobody answered."""
        import httpx  # noqa: PLC0415 -- loads slowly, and only deliveries need it

        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": header or signature(payload, self.secret),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            response = await client.post(self.url, content=payload.encode(), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            status = 0
        else:
            status = response.status_code
        await asyncio.to_thread(self._note, event["id"], ok=status in _ACCEPTED)
        return status

    def _note(self, event: str, *, ok: bool) -> None:
        """Let an event wait for its next attempt, or for none."""
        with self._store.transaction() as tx:
            if ok:
                tx.connection.execute("DELETE FROM deliveries WHERE event = ?", (event,))
                return
            row = tx.connection.execute(
                "SELECT attempts FROM deliveries WHERE event = ?", (event,)
            ).fetchone()
            if row is None:
                return
            pause = PAUSES[min(max(row[0] - 1, 0), len(PAUSES) - 1)]
            tx.connection.execute(
                "UPDATE deliveries SET due = ? WHERE event = ?", (time.time() + pause, event)
            )

    def _client(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415

        return httpx.AsyncClient(transport=self.transport, timeout=_TIMEOUT, trust_env=False)

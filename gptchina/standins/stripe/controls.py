"""The controls of the stand-in: what buyers, banks and networks do of their own accord."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from gptchina.standins.stripe import charges, disputes, refunds
from gptchina.standins.stripe.confirmation import confirm
from gptchina.standins.stripe.delivery import PAUSED, Courier
from gptchina.standins.stripe.events import signature, thin
from gptchina.standins.stripe.refusal import RefusedError
from gptchina.standins.stripe.store import Store
from gptchina.standins.stripe.transaction import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from gptchina.standins.stripe.options import StripeOptions
    from gptchina.standins.stripe.transaction import Transaction

    Resource = dict[str, Any]

KEPT_REQUESTS = 1000
_DECLINED = 402


@dataclass(frozen=True, slots=True)
class StripeRequest:
    """What was asked of the API; the path begins with `/v1`."""

    method: str
    path: str
    idempotency_key: str | None


class StandInStripe:
    """One stand-in Stripe; the controls raise RefusedError for what cannot happen."""

    def __init__(self, options: StripeOptions) -> None:
        """Open what the options say."""
        self.options = options
        self.store = Store(options.store, options.methods)
        self.courier = Courier(self.store, options)
        self._requests: deque[StripeRequest] = deque(maxlen=KEPT_REQUESTS)

    @property
    def requests(self) -> list[StripeRequest]:
        """What this process was asked, newest last."""
        return list(self._requests)

    def record(self, request: StripeRequest) -> None:
        """Keep what was asked."""
        self._requests.append(request)

    def forget_requests(self) -> None:
        """Begin to keep requests anew."""
        self._requests.clear()

    def _change(self, kind: str, identifier: str, change: Callable[..., Resource]) -> Resource:
        """Change one object and have the events posted."""
        with self.store.transaction() as tx:
            changed = shown(change(tx, tx.get(kind, identifier)))
        self.courier.wake()
        return changed

    def fail_next(
        self,
        path_part: str,
        status: int = 500,
        *,
        times: int = 1,
        method: str = "",
        after: bool = False,
        **error: object,
    ) -> None:
        """Let the next requests to a path fail, with `code`, `message`, … of the error if given.

        With `after` the request is carried out and only its reply is lost.
        """
        kind = "api_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004
        body = {"type": kind, "message": "The stand-in was told to fail.", **error}
        fault = orjson.dumps({"status": status, "after": after, "error": body}).decode()
        with self.store.transaction() as tx:
            tx.connection.execute(
                "INSERT INTO faults (path_part, method, times, fault) VALUES (?, ?, ?, ?)",
                (path_part, method.upper(), times, fault),
            )

    def pay(
        self, intent_id: str, number: str = "4242424242424242", *, method: str = "card"
    ) -> Resource:
        """Confirm an intent as a browser would and return it, even if the card was declined."""
        given: Resource = {"type": method}
        if method == "card":
            given["card"] = {"number": number}
        data = {"payment_method_data": given, "return_url": "https://example.com/return"}
        with self.store.transaction() as tx:
            intent = tx.get("payment_intent", intent_id)
            try:
                confirm(tx, intent, data)
            except RefusedError as error:
                if error.status != _DECLINED:
                    raise
        self.courier.wake()
        return shown(intent)

    def finish(self, intent_id: str, ok: bool = True) -> Resource:  # noqa: FBT001, FBT002 -- as tests say it
        """End what an intent waits for: the code is scanned, the bank has paid or not."""

        def change(tx: Transaction, intent: Resource) -> Resource:
            charges.finish(tx, intent, ok=ok)
            return intent

        return self._change("payment_intent", intent_id, change)

    def refund(self, intent_id: str, amount: int | None = None) -> Resource:
        """Give money back as the dashboard does; None is all that is left."""
        data: Resource = {"payment_intent": intent_id}
        if amount is not None:
            data["amount"] = amount
        return self._change("payment_intent", intent_id, lambda tx, _: refunds.create(tx, data))

    def finish_refund(self, refund_id: str, ok: bool) -> Resource:  # noqa: FBT001
        """Let a refund arrive, or come back."""
        return self._change("refund", refund_id, lambda tx, it: refunds.finish(tx, it, ok=ok))

    def dispute(
        self, intent_id: str, amount: int | None = None, status: str = "needs_response"
    ) -> Resource:
        """Let a bank dispute a payment; `warning_needs_response` is an inquiry."""
        return self._change(
            "payment_intent",
            intent_id,
            lambda tx, intent: disputes.open_dispute(tx, intent, amount, status),
        )

    def escalate_dispute(self, dispute_id: str) -> Resource:
        """Let a bank make a dispute of its inquiry."""
        return self._change("dispute", dispute_id, disputes.escalate_dispute)

    def close_dispute(self, dispute_id: str, won: bool) -> Resource:  # noqa: FBT001
        """Let a bank decide a dispute."""
        return self._change(
            "dispute", dispute_id, lambda tx, it: disputes.close_dispute(tx, it, won=won)
        )

    def objects(self, kind: str) -> list[Resource]:
        """Return the objects of a kind, such as `payment_intent`, oldest first."""
        with self.store.transaction() as tx:
            return shown(tx.all_of(kind)[::-1])

    def intent(self, intent_id: str) -> Resource:
        """Return an intent as the API shows it."""
        with self.store.transaction() as tx:
            return shown(tx.get("payment_intent", intent_id))

    def events(self) -> list[Resource]:
        """Return all events in full, oldest first."""
        return self.objects("event")

    def pending(self) -> list[str]:
        """Return the names of the events that the webhook has not accepted, oldest first."""
        with self.store.transaction() as tx:
            rows = tx.connection.execute("SELECT event FROM deliveries ORDER BY rowid")
            return [name for (name,) in rows]

    def thin(self, event: Resource) -> Resource:
        """Return the thin form of an event."""
        return thin(event)

    def sign(self, payload: str, secret: str | None = None, timestamp: int | None = None) -> str:
        """Return the `Stripe-Signature` of a body; the time is in seconds, None is now."""
        return signature(payload, self.courier.secret if secret is None else secret, timestamp)

    async def deliver(
        self,
        event: Resource,
        *,
        payload: str | None = None,
        secret: str | None = None,
        timestamp: int | None = None,
        header: str | None = None,
    ) -> int:
        """Post an event once and return the status, 0 if nobody answered.

        payload is sent in the event's place, under the event's signature: a forgery. header is
        the signature to send in place of ours.
        """
        signed = orjson.dumps(shown(event)).decode()
        return await self.courier.send(
            event,
            signed if payload is None else payload,
            self.sign(signed, secret, timestamp) if header is None else header,
        )

    def webhook(
        self, url: str, secret: str | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Post events there from now on, those that wait, too; in this process only.

        transport may lead to an application in the same process.
        """
        self.courier.url, self.courier.transport = url, transport
        self.courier.secret = secret or self.courier.secret
        self.courier.wake()

    def pause(self) -> None:
        """Let events wait, in all processes, until `resume`."""
        with self.store.transaction() as tx:
            tx.mark(PAUSED, on=True)

    def resume(self) -> None:
        """Post events again."""
        with self.store.transaction() as tx:
            tx.mark(PAUSED, on=False)
        self.courier.wake()

"""What a webhook's body has to be to be believed, and that nothing else comes of a bad one."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
import stripe
from hypothesis import example, given

from gptchina.providers.payments import MalformedNoticeError, Notice, SignatureError
from gptchina.providers.payments.stripe_ import StripeProvider, notices
from gptchina.settings import StripeAccount

SECRETS = ("whsec_new", "whsec_old")
PROVIDER = StripeProvider(StripeAccount("sk_test_x", "pk_test_x", SECRETS, "", ""))
SNAPSHOT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "api_version": "2026-10-28.endive",
    "created": 1_800_000_000,
    "data": {"object": {"id": "re_1", "object": "refund", "payment_intent": "pi_1"}},
    "livemode": False,
    "type": "refund.updated",
}
THIN: dict[str, Any] = {
    "id": "evt_2",
    "object": "v2.core.event",
    "created": "2027-01-15T08:00:00.000Z",
    "livemode": True,
    "related_object": {"id": "re_1", "type": "refund", "url": "/v1/refunds/re_1"},
    "snapshot_event": "evt_1",
    "type": "v1.refund.updated",
}
HAPPENED = dt.datetime(2027, 1, 15, 8, tzinfo=dt.UTC)


def signed(body: bytes, secret: str = SECRETS[0], at: float | None = None) -> dict[str, str]:
    """Return the header as the SDK makes it."""
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret, int(time.time() if at is None else at)
    )
    return {"stripe-signature": header}


def read(event: Any) -> Notice:
    body = orjson.dumps(event)
    return PROVIDER.read(body, signed(body))


def test_both_forms_come_down_to_a_notice() -> None:
    assert read(SNAPSHOT) == Notice(
        "evt_1", "refund.updated", "re_1", "refund", "pi_1", HAPPENED, live=False
    )
    assert read(THIN) == Notice(
        "evt_2", "refund.updated", "re_1", "refund", "", HAPPENED, live=True
    )


def test_an_event_may_carry_its_payment_whole() -> None:
    about = {"id": "ch_1", "object": "charge", "payment_intent": {"id": "pi_2", "object": "x"}}
    assert read({**SNAPSHOT, "data": {"object": about}}).reference == "pi_2"


def test_an_event_may_be_about_nothing_with_a_name() -> None:
    notice = read({**THIN, "related_object": None})
    assert (notice.object_id, notice.object_kind, notice.reference) == ("", "", "")


@pytest.mark.parametrize(
    "kind",
    [
        "payment_intent.succeeded",
        "payment_intent.processing",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.requires_action",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    ],
)
def test_what_concerns_a_payment(kind: str) -> None:
    assert PROVIDER.concerns(read({**SNAPSHOT, "type": kind}))
    assert PROVIDER.concerns(read({**THIN, "type": f"v1.{kind}"}))


@pytest.mark.parametrize("kind", ["charge.succeeded", "customer.created", "payout.paid"])
def test_what_does_not_concern_a_payment(kind: str) -> None:
    assert not PROVIDER.concerns(read({**SNAPSHOT, "type": kind}))


def test_stripe_lists_no_more_kinds_at_once() -> None:
    assert len(notices.KINDS) <= 20


@pytest.mark.parametrize("name", ["Stripe-Signature", "STRIPE-SIGNATURE", "stripe-signature"])
@pytest.mark.parametrize("secret", SECRETS)
def test_either_secret_is_good_while_one_is_rolled(secret: str, name: str) -> None:
    body = orjson.dumps(SNAPSHOT)
    header = signed(body, secret)["stripe-signature"]
    assert PROVIDER.read(body, {"host": "here", name: header}).id == "evt_1"


def test_one_good_signature_of_several_is_enough() -> None:
    body = orjson.dumps(SNAPSHOT)
    at = time.time()
    strange = signed(body, "whsec_strange", at)["stripe-signature"]
    good = signed(body, at=at)["stripe-signature"].partition(",")[2]
    assert PROVIDER.read(body, {"stripe-signature": f"{strange},{good},v0=abc"}).id == "evt_1"


@pytest.mark.parametrize("secret", ["whsec_strange", "whsec_ne", "WHSEC_NEW", ""])
def test_another_secret_is_refused(secret: str) -> None:
    body = orjson.dumps(SNAPSHOT)
    with pytest.raises(SignatureError):
        PROVIDER.read(body, signed(body, secret))


@pytest.mark.parametrize("secrets", [(), ("",), (" ", "\t")])
def test_without_a_secret_nothing_is_believed(secrets: tuple[str, ...]) -> None:
    deaf = StripeProvider(StripeAccount("sk_test_x", "pk_test_x", secrets, "", ""))
    body = orjson.dumps(SNAPSHOT)
    for secret in ("", " ", "\t"):
        with pytest.raises(SignatureError):
            deaf.read(body, signed(body, secret))


@pytest.mark.parametrize("aside", [-10_000, -310, 310, 10_000])
def test_another_time_is_refused_past_and_future(aside: int) -> None:
    body = orjson.dumps(SNAPSHOT)
    with pytest.raises(SignatureError):
        PROVIDER.read(body, signed(body, at=time.time() + aside))


@pytest.mark.parametrize("aside", [-290, 290])
def test_five_minutes_aside_are_forgiven(aside: int) -> None:
    body = orjson.dumps(SNAPSHOT)
    assert PROVIDER.read(body, signed(body, at=time.time() + aside)).id == "evt_1"


def test_the_signature_is_over_every_byte() -> None:
    body = orjson.dumps(SNAPSHOT)
    headers = signed(body)
    for forged in (body + b" ", body.replace(b"pi_1", b"pi_2"), body[:-1], b""):
        with pytest.raises(SignatureError):
            PROVIDER.read(forged, headers)


def test_a_time_cannot_be_swapped() -> None:
    body = orjson.dumps(SNAPSHOT)
    header = signed(body, at=time.time() - 10_000)["stripe-signature"]
    fresh = f"t={int(time.time())},{header.partition(',')[2]}"
    for forged in (fresh, f"{fresh},{header}", f"{header},{fresh}"):
        with pytest.raises(SignatureError):
            PROVIDER.read(body, {"stripe-signature": forged})


@pytest.mark.parametrize("when", ["", "\u00b2", "-5", "1e9", " 1", "9" * 5000])
def test_a_time_that_is_none_is_refused_even_if_it_is_signed(when: str) -> None:
    body = orjson.dumps(SNAPSHOT)
    mac = notices.hmac.new(SECRETS[0].encode(), f"{when}.".encode() + body, "sha256")
    with pytest.raises(SignatureError):
        PROVIDER.read(body, {"stripe-signature": f"t={when},v1={mac.hexdigest()}"})


def test_nothing_is_parsed_before_it_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(_: bytes) -> Notice:
        raise AssertionError("parsed")

    monkeypatch.setattr("gptchina.providers.payments.stripe_.provider.parse", parse)
    body = orjson.dumps(SNAPSHOT)
    with pytest.raises(SignatureError):
        PROVIDER.read(body, signed(body, "whsec_strange"))
    with pytest.raises(AssertionError):
        PROVIDER.read(body, signed(body))


MALFORMED: list[Any] = [
    b"",
    b"not JSON",
    b"\xff\xfe{}",
    b"[" * 200_000,
    b"[]",
    b"null",
    b'"event"',
    b"17",
    b"{}",
    b"NaN",
    {**SNAPSHOT, "object": "charge"},
    {**SNAPSHOT, "object": None},
    {**SNAPSHOT, "id": None},
    {**SNAPSHOT, "id": ""},
    {**SNAPSHOT, "id": "evt_\x00"},
    {**SNAPSHOT, "id": "e" * 81},
    {**SNAPSHOT, "id": ["evt_1"]},
    {**SNAPSHOT, "type": None},
    {**SNAPSHOT, "type": "refund updated\n"},
    {**SNAPSHOT, "livemode": None},
    {**SNAPSHOT, "livemode": "false"},
    {**SNAPSHOT, "created": None},
    {**SNAPSHOT, "created": True},
    {**SNAPSHOT, "created": "2027-01-15T08:00:00Z"},
    *({**SNAPSHOT, "created": moment} for moment in (10**12, 2**62, 2**64 - 1, -(2**62))),
    {**SNAPSHOT, "data": None},
    {**SNAPSHOT, "data": {"object": "re_1"}},
    {**SNAPSHOT, "data": {"object": {"id": 7, "object": "refund"}}},
    {**SNAPSHOT, "data": {"object": {"id": "re_1", "object": ["refund"]}}},
    {**SNAPSHOT, "data": {"object": {"id": "re_1", "object": "refund", "payment_intent": 7}}},
    {**THIN, "created": 1_800_000_000},
    {**THIN, "created": "yesterday"},
    {**THIN, "created": "0001-01-01T00:00:00+23:00"},
    {**THIN, "related_object": "re_1"},
    {**THIN, "related_object": {"id": "../accounts", "type": "refund"}},
]


@pytest.mark.parametrize("event", MALFORMED)
def test_what_is_signed_but_no_event_is_malformed(event: Any) -> None:
    body = event if isinstance(event, bytes) else orjson.dumps(event)
    mac = notices.hmac.new(SECRETS[0].encode(), b"%d." % (at := time.time()) + body, "sha256")
    headers = {"stripe-signature": f"t={int(at)},v1={mac.hexdigest()}"}
    with pytest.raises(MalformedNoticeError):
        PROVIDER.read(body, headers)


NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(st.characters(codec="utf-8")))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [
        *((form, (name,)) for form in (SNAPSHOT, THIN) for name in form),
        *((SNAPSHOT, ("data", name)) for name in ("object", "previous_attributes")),
        *((SNAPSHOT, ("data", "object", name)) for name in ("id", "object", "payment_intent")),
        *((THIN, ("related_object", name)) for name in ("id", "type")),
    ]
)


@given(PLACES, VALUES)
def test_whatever_stands_in_an_event_there_is_a_notice_or_it_is_malformed(
    place: tuple[dict[str, Any], tuple[str, ...]], value: Any
) -> None:
    event, path = orjson.loads(orjson.dumps(place[0])), place[1]
    within = event
    for name in path[:-1]:
        within = within[name]
    within[path[-1]] = value
    try:
        notice = read(event)
    except MalformedNoticeError:
        return
    for name in (notice.id, notice.kind, notice.object_id, notice.object_kind, notice.reference):
        assert len(name) <= 80
        assert name.isprintable()
    assert notice.id
    assert notice.happened_at.tzinfo is dt.UTC


NOW = int(time.time())
HEADERS = st.one_of(
    st.text(),
    st.lists(st.tuples(st.sampled_from(["t", "v1", "v0", "x"]), st.text())).map(
        lambda pairs: ",".join(f"{name}={value}" for name, value in pairs)
    ),
    st.text().map(lambda signature: f"t={NOW},v1={signature}"),
)


@given(st.binary(), HEADERS)
@example(b"", f"t={NOW},v1=\u00e9")
@example(b"{}", f"t={NOW},v1=\ud800")
@example(b"\xff", f"t={NOW},v1=")
@example(b"{}", "t=\u0661,v1=a")
@example(b"{}", f"t={'9' * 5000},v1=a")
def test_whatever_comes_unsigned_is_a_signature_error(body: bytes, header: str) -> None:
    with pytest.raises(SignatureError):
        PROVIDER.read(body, {"stripe-signature": header})


@given(st.binary())
def test_whatever_is_signed_is_a_notice_or_malformed(body: bytes) -> None:
    mac = notices.hmac.new(SECRETS[0].encode(), b"%d." % (at := time.time()) + body, "sha256")
    with pytest.raises(MalformedNoticeError):
        PROVIDER.read(body, {"stripe-signature": f"t={int(at)},v1={mac.hexdigest()}"})


@pytest.mark.parametrize("headers", [{}, {"stripe-signature": ""}, {"authorization": "t=1,v1=a"}])
def test_without_a_signature_nothing_is_believed(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        PROVIDER.read(orjson.dumps(SNAPSHOT), headers)

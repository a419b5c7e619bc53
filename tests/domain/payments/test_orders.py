"""What may be ordered, at whose price, and how often."""

import asyncio

import pytest
from sqlmodel import col, select

from gptchina.db.engine import reading
from gptchina.db.models import Payment
from gptchina.domain import payments
from gptchina.domain.accounts.errors import TooManyAttemptsError
from gptchina.domain.config_file import config_file
from gptchina.domain.errors import NotFoundError
from gptchina.domain.payments import following, inbox
from gptchina.providers.payments import PaymentFailure
from tests.conftest import forget_settings
from tests.domain.payments.conftest import wallet
from tests.factories import make_account


def rows():
    with reading() as session:
        return session.exec(select(Payment).order_by(col(Payment.id))).all()


async def test_the_price_is_that_of_the_table(till, buyer, order):
    _, reference = await order(buyer, "package_500k")
    taken = till.taken[reference]
    assert (taken.amount, taken.currency) == (3500, "cny")
    (row,) = rows()
    assert (row.tokens, row.amount, row.status) == (500_000, 3500, "open")


async def test_a_double_click_makes_one_order_with_one_payment(till, buyer, order):
    made = await asyncio.gather(*(order(buyer, attempt="one decision") for _ in range(8)))
    assert len(set(made)) == 1
    assert len(till.taken) == len(rows()) == 1


async def test_an_attempt_goes_on_after_a_decline_and_ends_with_the_payment(till, buyer, order):
    first = await order(buyer, attempt="mine")
    await inbox.take(till, till.decline(first[1]))
    assert payments.purchase(buyer, first[0]).status == "failed"
    assert await order(buyer, attempt="mine") == first
    await inbox.take(till, till.pay(first[1]))
    with pytest.raises(payments.AttemptOverError):
        await order(buyer, attempt="mine")
    assert wallet(buyer) == (101_000, 0)


async def test_an_attempt_is_paid_before_the_webhook_came(till, buyer, order):
    """No second payment is begun for what the provider has been paid already."""
    _, reference = await order(buyer, attempt="mine")
    till.pay(reference)
    with pytest.raises(payments.AttemptOverError):
        await order(buyer, attempt="mine")
    assert wallet(buyer) == (101_000, 0)


async def test_an_attempt_is_for_one_package_and_one_account(till, buyer, order):
    first = await order(buyer, attempt="mine")
    with pytest.raises(payments.AttemptOverError):
        await order(buyer, "package_1m", attempt="mine")
    assert await order(make_account(), attempt="mine") != first


@pytest.mark.parametrize("package", ["package_2_5m", "", None, 5, ["package_1m"], {}])
async def test_what_is_not_offered_cannot_be_ordered(till, buyer, package):
    with pytest.raises(payments.PackageNotOfferedError):
        await payments.begin(buyer, package, "mine", "stripe")


@pytest.mark.parametrize("way", ["bitcoin", "crypto", "google_pay", "", None, [], {}])
async def test_a_way_that_is_not_offered_is_closed(till, buyer, way):
    with pytest.raises(payments.PurchasesClosedError):
        await payments.begin(buyer, "package_1m", "mine", way)


@pytest.mark.parametrize("attempt", ["", None, 5, "x" * 65, [], {}])
async def test_an_attempt_is_a_short_text(till, buyer, attempt):
    with pytest.raises(payments.AttemptOverError):
        await payments.begin(buyer, "package_1m", attempt, "stripe")


async def test_attempts_of_an_hour_are_limited_for_each_account(till, buyer, order, monkeypatch):
    monkeypatch.setenv("PURCHASE_ATTEMPTS_PER_HOUR", "3")
    forget_settings()
    for _ in range(3):
        await order(buyer)
    with pytest.raises(TooManyAttemptsError):
        await order(buyer)
    await order(make_account())
    assert len(till.taken) == 4


async def test_declined_tries_count_and_close_the_payment_at_last(till, buyer, order, monkeypatch):
    monkeypatch.setenv("PURCHASE_ATTEMPTS_PER_HOUR", "3")
    forget_settings()
    payment, reference = await order(buyer)
    for status in ("failed", "failed", "canceled"):
        await inbox.take(till, till.decline(reference))
        assert payments.purchase(buyer, payment).status == status
    assert till.taken[reference].status == "canceled"


async def test_what_is_bought_in_a_day_is_limited(till, buyer, order, monkeypatch):
    monkeypatch.setenv("PURCHASE_AMOUNT_PER_DAY", "6500")
    forget_settings()
    await order(buyer, "package_500k")
    with pytest.raises(payments.PurchaseLimitError) as refused:
        await order(buyer, "package_500k")
    assert refused.value.params == {"most": 6500, "currency": "cny"}
    for _ in range(3):
        await order(buyer)
    with pytest.raises(payments.PurchaseLimitError):
        await order(buyer)


async def test_a_declined_order_counts_for_the_day_since_it_can_still_be_paid(
    till, buyer, order, monkeypatch
):
    monkeypatch.setenv("PURCHASE_AMOUNT_PER_DAY", "3500")
    forget_settings()
    payment, reference = await order(buyer, "package_500k")
    await inbox.take(till, till.decline(reference))
    assert payments.purchase(buyer, payment).status == "failed"
    with pytest.raises(payments.PurchaseLimitError):
        await order(buyer)
    await payments.cancel(buyer, payment)
    await order(buyer)


async def test_stablecoins_are_priced_in_dollars(till, buyer, monkeypatch):
    monkeypatch.setenv("STRIPE_CRYPTO", "true")
    forget_settings()
    assert payments.ways() == ("stripe", "crypto")
    checkout = await payments.begin(buyer, "package_1m", "mine", "crypto")
    taken = till.taken[checkout.client_secret.partition("_secret_")[0]]
    assert (taken.amount, taken.currency) == (800, "usd")


async def test_a_provider_that_does_not_answer_costs_nothing_and_can_be_asked_again(
    till, buyer, order
):
    till.fails = PaymentFailure.UNAVAILABLE
    with pytest.raises(payments.PaymentUnavailableError):
        await order(buyer, attempt="mine")
    till.fails = None
    await order(buyer, attempt="mine")
    assert len(rows()) == 1


async def test_somebody_elses_purchase_cannot_be_asked_about(till, buyer, order):
    payment, reference = await order(buyer)
    stranger = make_account()
    for asking in (
        payments.refresh(stranger, payment),
        payments.cancel(stranger, payment),
        payments.returned(stranger, reference),
        payments.returned(stranger, None),
        payments.returned(stranger, "pi_x"),
    ):
        with pytest.raises(NotFoundError):
            await asking
    assert payments.purchases(stranger) == []
    assert till.taken[reference].status == "open"


async def test_a_lost_webhook_is_healed_by_asking(till, buyer, order):
    payment, reference = await order(buyer)
    till.pay(reference)
    assert (await payments.refresh(buyer, payment)).credited
    assert (await payments.returned(buyer, reference)).credited
    assert wallet(buyer) == (101_000, 0)


async def test_a_page_that_asks_at_once_again_is_answered_from_what_is_known(
    till, buyer, order, monkeypatch
):
    monkeypatch.setattr(following, "SECONDS_BETWEEN_LOOKS", 3600)
    payment, _ = await order(buyer)
    before = till.asked
    for _ in range(5):
        await payments.refresh(buyer, payment)
    assert till.asked == before + 1


async def test_asking_survives_a_provider_that_does_not_answer(till, buyer, order):
    payment, _ = await order(buyer)
    till.fails = PaymentFailure.UNAVAILABLE
    assert (await payments.refresh(buyer, payment)).status == "open"


async def test_a_given_up_purchase_that_was_paid_meanwhile_is_credited(till, buyer, order):
    given_up, reference = await order(buyer)
    assert (await payments.cancel(buyer, given_up)).status == "canceled"
    paid, reference = await order(buyer)
    till.pay(reference)
    assert (await payments.cancel(buyer, paid)).credited
    assert wallet(buyer) == (101_000, 0)


async def test_purchases_are_listed_in_pages(till, buyer, order):
    made = [(await order(buyer))[0] for _ in range(3)]
    first = payments.purchases(buyer, limit=2)
    assert [each.id for each in first] == made[:0:-1]
    assert [each.id for each in payments.purchases(buyer, first[-1].id)] == made[:1]


async def test_without_packages_nothing_is_sold(till, buyer, monkeypatch, tmp_path):
    file = tmp_path / "empty.yaml"
    file.write_text("markup: 1\n")
    monkeypatch.setenv("CONFIG_FILE", str(file))
    forget_settings()
    config_file.cache_clear()
    try:
        assert payments.ways() == ()
    finally:
        config_file.cache_clear()

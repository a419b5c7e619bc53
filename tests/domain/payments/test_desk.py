"""What administrators see of everybody's purchases, and that nobody else sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gptchina.db.engine import transaction
from gptchina.db.models import Account, Refund, WebhookEvent
from gptchina.domain import clock, ledger, ledger_check, payments
from gptchina.domain.errors import InvalidFilterError, NotAllowedError, NotFoundError
from gptchina.domain.ledger.purchases import Order
from tests.factories import hold, make_account, make_admin, make_purchase


@pytest.fixture(autouse=True)
def _of_the_database(database):
    """Let every test here run on both databases."""


@pytest.fixture
def admin():
    return make_admin()


def write_event(event_id, **columns):
    with transaction() as session:
        session.add(
            WebhookEvent(
                **{
                    "id": f"stripe:{event_id}",
                    "provider": "stripe",
                    "kind": "charge.refunded",
                    "happened_at": clock.now(),
                    "received_at": clock.now(),
                    **columns,
                }
            )
        )


def rename(account_id, email):
    with transaction() as session:
        session.get_one(Account, account_id).email = email


def ids(found):
    return [each.purchase.id for each in found]


def use_cases(account_id, payment_id):
    return [
        lambda: payments.everybodys_purchases(account_id),
        lambda: payments.purchase_case(account_id, payment_id),
        lambda: payments.health_of_money(account_id),
        lambda: payments.check_now(account_id),
    ]


def test_nobody_but_an_administrator_sees_anything(admin, monkeypatch):
    monkeypatch.setattr(ledger_check, "_last", None)
    buyer = make_account()
    payment_id = make_purchase(buyer)
    former = make_admin()
    with transaction() as session:
        session.get_one(Account, former).role = "user"
    for stranger in (buyer, former, 0, -1, 10**9):
        for ask in use_cases(stranger, payment_id):
            with pytest.raises(NotAllowedError):
                ask()
    # Nobody else makes the server read the whole ledger, either.
    assert ledger_check.last_check() is None
    for ask in use_cases(admin, payment_id):
        assert ask()


def test_what_needs_somebody_stands_first_and_pages_miss_nothing(admin):
    buyer = make_account()
    states = ("succeeded", "review", "open", "disputed", "refunded", "review", "succeeded")
    made = [make_purchase(buyer, credited=False, status=status) for status in states]
    wanted = [made[n] for n in (5, 3, 1, 6, 4, 2, 0)]
    assert ids(payments.everybodys_purchases(admin)) == wanted
    paged, after = [], None
    while page := payments.everybodys_purchases(admin, after=after, limit=2):
        paged += ids(page)
        after = page[-1].purchase
        # What comes in meanwhile moves nothing that follows.
        make_purchase(buyer, credited=False, status="review")
    assert paged == wanted


def test_a_status_is_picked(admin):
    buyer = make_account()
    made = {
        status: make_purchase(buyer, credited=False, status=status) for status in ("open", "review")
    }
    for status, payment_id in made.items():
        assert ids(payments.everybodys_purchases(admin, status=status)) == [payment_id]


def test_a_purchase_is_found_by_number_address_and_reference(admin):
    ada, bob = make_account(), make_account()
    rename(ada, "ada_50%@example.com")
    rename(bob, "bob@example.org")
    first = make_purchase(ada, reference="pi_abc")
    second = make_purchase(bob, reference="pi_abcd")

    def find(text):
        return ids(payments.everybodys_purchases(admin, text=text))

    number = payments.receipt_number(first)
    for text in (number, f" {number.lower()} ", "pi_abc", "ADA_50%@EXAMPLE.com", "_50%", "ada"):
        assert find(text) == [first], text
    assert find("bob@") == [second]
    assert find("example") == [second, first]
    assert find("") == [second, first]
    for text in ("%", "_@", "pi_ab", "GC-00000099", "\\", "nobody", "GC-0", "' OR 1=1 --"):
        assert find(text) == ([first] if text == "%" else []), text


@pytest.mark.parametrize(
    "wish", [{"status": "x"}, {"status": None}, {"status": []}, {"text": None}, {"text": "x" * 300}]
)
def test_what_no_page_asks_for_is_refused(admin, wish):
    with pytest.raises((InvalidFilterError, TypeError)):
        payments.everybodys_purchases(admin, **wish)


@pytest.mark.parametrize("payment_id", [None, True, 0, -1, 99, 2**63, "1"])
def test_what_is_not_there_is_not_found(admin, payment_id):
    with pytest.raises(NotFoundError):
        payments.purchase_case(admin, payment_id)


def test_a_case_tells_the_whole_story(admin):
    buyer = make_account(name="Ada")
    payment_id = make_purchase(buyer, reference="pi_1", refunded=3500, taken_back=0)
    with transaction() as session:
        hold(session, buyer, 400_000)
        order = Order(payment_id, buyer, "stripe", "pi_1")
        ledger.take_back(session, order, 500_000, kind="refund", number=1)
        session.add(
            Refund(
                payment_id=payment_id,
                admin_id=admin,
                attempt="a",
                amount=3500,
                reason="Asked for it",
                reference="re_1",
                created_at=clock.now(),
            )
        )
    write_event("evt_1", reference="pi_1", object_id="re_1", processed_at=clock.now(), attempts=1)
    write_event("evt_2", object_id="pi_1", error="it broke", attempts=3)
    write_event("evt_3", reference="pi_2", object_id="pi_2")
    case = payments.purchase_case(admin, payment_id)
    assert (case.shown.name, case.shown.reference, case.left) == ("Ada", "pi_1", 0)
    assert (case.balance, case.debt) == (400_000, 400_000)
    assert [(each.key, each.amount, each.side) for each in case.entries] == [
        ("stripe:pi_1", 500_000, "wallet"),
        (f"refund:{payment_id}:1", -100_000, "wallet"),
        (f"refund:{payment_id}:1:debt", 400_000, "debt"),
    ]
    assert [(each.id, each.error) for each in case.events] == [
        ("stripe:evt_1", ""),
        ("stripe:evt_2", "it broke"),
    ]
    (refund,) = case.refunds
    assert (refund.amount, refund.reason, refund.admin) == (3500, "Asked for it", "Admin")


def test_health_adds_up(admin):
    buyer = make_account(20_000)
    payment_id = make_purchase(buyer)
    make_purchase(buyer, credited=False)
    make_purchase(buyer, credited=False, status="review")
    with transaction() as session:
        hold(session, buyer, 510_000)
        order = Order(payment_id, buyer, "stripe", "pi_1")
        ledger.take_back(session, order, 500_000, kind="dispute", number=1)
    health = payments.health_of_money(admin)
    flow = health.circulation
    assert (flow.bought, flow.granted, flow.spent, flow.owed) == (0, 20_000, 0, 490_000)
    assert flow.held == flow.bought + flow.granted - flow.spent + flow.owed == 510_000
    assert (health.entries, health.wallets, health.holds) == (4, 2, 1)
    counted = {status: count for status, count in health.payments.items() if count}
    assert counted == {"succeeded": 1, "open": 1, "review": 1}


def test_it_is_told_when_a_provider_was_last_heard(admin):
    assert all(each.heard_at is None for each in payments.health_of_money(admin).hearings)
    earlier = clock.now() - timedelta(hours=2)
    write_event("evt_1", received_at=earlier, processed_at=earlier)
    write_event("evt_2", received_at=earlier - timedelta(days=1))
    (stripe,) = [
        each for each in payments.health_of_money(admin).hearings if each.provider == "stripe"
    ]
    assert (stripe.heard_at, stripe.waiting) == (earlier, 1)


def test_a_check_finds_what_is_broken_and_is_kept(admin):
    buyer = make_account(100)
    assert payments.check_now(admin).checked.violations == []
    with transaction() as session:
        session.connection().exec_driver_sql(
            f"UPDATE wallet SET balance = 101 WHERE account_id = {int(buyer)}"  # noqa: S608
        )
    found = payments.check_now(admin).checked
    assert {violation.invariant for violation in found.violations} == {"I2", "I12"}
    assert payments.health_of_money(admin).checked == found == ledger_check.last_check()


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [("35", "cny", 3500), (" 0.5 ", "cny", 50), ("12.34", "usd", 1234), ("12", "jpy", 12)],
)
def test_a_typed_amount_is_read_exactly(written, currency, minor):
    assert payments.minor_units(written, currency) == minor
    assert payments.minor_units(payments.plain(minor, currency), currency) == minor


@pytest.mark.parametrize(
    "written", ["", "0", "0.00", "-1", "1.234", "1,000", "1e3", "NaN", "٣", "9" * 13, None, 5, []]
)
def test_what_is_no_amount_is_refused(written):
    with pytest.raises(ledger.InvalidAmountError):
        payments.minor_units(written, "cny")


def test_what_the_inviter_got_is_told_apart(admin):
    buyer, host = make_account(), make_account()
    payment_id = make_purchase(buyer, reference="pi_1")
    with transaction() as session:
        for number, (debit, credit) in enumerate([(-2, host), (host, -2)]):
            key = f"referral:{buyer}:{number}"
            posting = ledger.Posting(key, "referral", debit, credit, 7, payment_id=payment_id)
            ledger.post(session, posting)
    entries = payments.purchase_case(admin, payment_id).entries
    assert [(each.amount, each.side) for each in entries] == [
        (500_000, "wallet"),
        (7, "host"),
        (-7, "host"),
    ]

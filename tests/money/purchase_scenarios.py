"""What many processes make of one payment at the same moment."""

import random
from uuid import uuid4

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Payment
from gptchina.domain import clock, payments
from gptchina.domain.payments import truths
from gptchina.providers.payments import Method, Truth
from tests.factories import make_account
from tests.money.race_scenarios import race, violations, wallet

AMOUNT, TOKENS = 1000, 100_000


def make_order(account):
    """Write down an order that is bound to a payment; return the payment's reference."""
    reference = f"pi_{uuid4().hex}"
    with transaction() as session:
        session.add(
            Payment(
                account_id=account,
                provider="stripe",
                reference=reference,
                attempt=uuid4().hex,
                package_id="package_100k",
                tokens=TOKENS,
                amount=AMOUNT,
                currency="cny",
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    return reference


def paid(reference, refunded=0, disputed=0):
    return Truth(
        reference=reference,
        payment_id=None,
        status="succeeded",
        amount=AMOUNT,
        received=AMOUNT,
        currency="cny",
        refunded=refunded,
        disputed=disputed,
        method=Method("card", "visa", "4242"),
    )


def agree(truth):
    """Do what `sync` does with a truth that was read, until it was not outdated."""
    while True:
        version = truths._version("stripe", truth.reference)
        found = truths._agree("stripe", truth, version)
        if not found.outdated:
            return found


def race_to_credit(rounds):
    """Let every process act upon the same paid order; return who credited it, and the wallets."""
    prizes = []
    for _ in range(rounds):
        account = make_account(7)
        prizes.append((account, make_order(account)))

    def attempt(_me, prize):
        for _ in range(3):
            yield "credited" if agree(paid(prize[1])).credited else "nothing"

    results = race(attempt, prizes)
    return {
        "credited": sorted({said.count("credited") for said in results}),
        "attempts": sorted({len(said) for said in results}),
        "wallets": sorted({tuple(wallet(account)) for account, _ in prizes}),
        "violations": violations(),
    }


def race_of_truths(rounds):
    """Let processes act upon readings of different age, then all upon the last; return wallets."""
    prizes = []
    for number in range(rounds):
        account = make_account(7)
        refunded = [random.Random(number).randrange(AMOUNT + 1) for _ in range(4)]  # noqa: S311
        prizes.append((account, make_order(account), refunded))

    def attempt(me, prize):
        _account, reference, refunded = prize
        for amount in (refunded[me % 4], refunded[(me + 1) % 4], refunded[-1]):
            agree(paid(reference, refunded=amount))
        yield "done"

    race(attempt, prizes)
    expected = []
    for account, reference, refunded in prizes:
        # Whatever came last was anybody's; one more look ends at what is true.
        agree(paid(reference, refunded=refunded[-1]))
        expected.append(wallet(account)[0] == 7 + TOKENS - TOKENS * refunded[-1] // AMOUNT)
    return {"right": expected.count(True), "violations": violations()}


def race_for_one_attempt(rounds):
    """Place the order of one attempt in every process; return how many orders each made."""
    package = payments.find_package("package_100k")
    wanted = payments.orders._wanted(package, "stripe", live=False)
    prizes = [(make_account(), uuid4().hex) for _ in range(rounds)]

    def attempt(_me, prize):
        order, _ = payments.orders._place(prize[0], wanted, prize[1])
        yield order.payment_id

    results = race(attempt, prizes)
    with reading() as session:
        rows = session.connection().exec_driver_sql("SELECT COUNT(*) FROM payment").scalar_one()
    return {"orders": sorted({len(set(said)) for said in results}), "rows": rows}

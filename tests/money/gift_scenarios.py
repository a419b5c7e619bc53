"""What many processes do to one code, one reward or one limit, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import uuid4

from sqlmodel import select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Redemption, RedemptionCode
from gptchina.domain import clock, codes, ledger, referrals
from gptchina.domain.codes import Wanted
from gptchina.domain.errors import DomainError
from tests.factories import LEASE, make_account, make_terms
from tests.money.purchase_scenarios import AMOUNT, agree, make_order, paid
from tests.money.race_scenarios import PROCESSES, race, violations, wallet

WORTH = 500
THREADS = 4
REDEEMERS = PROCESSES * THREADS


def redeemed(account, code):
    try:
        return codes.redeem(account, code)
    except DomainError as error:
        return error.code


def race_for_a_code(rounds, uses):
    """Let 32 people in threads of 8 processes redeem a code; return who got what."""
    people = [make_account(7) for _ in range(REDEEMERS)]
    made = [codes.make_codes(None, Wanted(WORTH, uses=uses))[0] for _ in range(rounds)]

    def attempt(me, code):
        mine = people[me * THREADS : (me + 1) * THREADS]
        with ThreadPoolExecutor(THREADS) as pool:
            for person, said in zip(mine, pool.map(redeemed, mine, [code] * THREADS), strict=True):
                yield f"{person}:{said}"

    results = [[each.split(":") for each in said] for said in race(attempt, made)]
    won = [[int(person) for person, said in each if said == str(WORTH)] for each in results]
    with reading() as session:
        rows = session.exec(select(Redemption.code_id, Redemption.account_id)).all()
        used = session.exec(select(RedemptionCode.uses)).all()
    return {
        "attempts": sorted({len(each) for each in results}),
        "winners": sorted({len(each) for each in won}),
        "refusals": sorted({said for each in results for _, said in each} - {str(WORTH)}),
        "used": sorted(set(used)),
        # What people were told, what the rows say and what is in the wallets is the same.
        "told": sorted(person for each in won for person in each)
        == sorted(person for _, person in rows),
        "paid": [wallet(person)[0] for person in people]
        == [7 + WORTH * sum(person in each for each in won) for person in people],
        "violations": violations(),
    }


def race_of_one_person(rounds):
    """Let one person redeem a code with many uses 32 times at once; return what was said."""
    prizes = [
        (make_account(), codes.make_codes(None, Wanted(WORTH, uses=100))[0]) for _ in range(rounds)
    ]

    def attempt(_me, prize):
        with ThreadPoolExecutor(THREADS) as pool:
            yield from pool.map(redeemed, [prize[0]] * THREADS, [prize[1]] * THREADS)

    return {
        "rounds": [sorted(set(said)) for said in race(attempt, prizes)],
        "wallets": sorted({tuple(wallet(account)) for account, _ in prizes}),
        "violations": violations(),
    }


def race_of_guesses(rounds):
    """Let one person guess 64 codes at once; return how many guesses were looked at."""
    people = [make_account() for _ in range(rounds)]

    def attempt(_me, person):
        for _ in range(64 // PROCESSES):
            yield redeemed(person, codes.written(codes.random_letters(codes.LETTERS)))

    results = race(attempt, people)
    return {
        "attempts": sorted({len(each) for each in results}),
        "looked_at": sorted({each.count("code_unknown") for each in results}),
        "refused": sorted({each.count("too_many_attempts") for each in results}),
    }


def race_to_reward(rounds):
    """Let every process hear of the first two orders of a guest, then of a refund."""
    prizes = []
    for _ in range(rounds):
        host, guest = make_account(5), make_account()
        code = referrals.invitation_of(host)
        with transaction() as session:
            referrals.remember(session, guest, code)
        prizes.append((host, make_order(guest), make_order(guest)))

    def attempt(me, prize):
        host, *orders = prize
        for reference in orders if me % 2 else reversed(orders):
            yield "rewarded" if agree(paid(reference)).host_id == host else "nothing"

    rewarded = [said.count("rewarded") for said in race(attempt, prizes)]
    rich = sorted({wallet(host)[0] for host, *_ in prizes})

    def undo(_me, prize):
        for reference in prize[1:]:
            agree(paid(reference, refunded=AMOUNT))
        yield "done"

    race(undo, prizes)
    return {
        "rewarded": sorted(set(rewarded)),
        "rich": rich,
        "left": sorted({wallet(host)[0] for host, *_ in prizes}),
        "violations": violations(),
    }


def race_for_a_day(rounds, attempts, covered):
    """Hold 7 tokens many times on a limit for some; return how many were admitted."""
    people = []
    for _ in range(rounds):
        person = make_account(10**6)
        with transaction() as session:
            session.connection().exec_driver_sql(
                f"UPDATE wallet SET daily_limit = {covered * 7 + 6} WHERE account_id = {person}"  # noqa: S608
            )
        people.append(person)

    def attempt(_me, person):
        for _ in range(attempts // PROCESSES):
            terms = make_terms(person, uuid4().hex)
            today = replace(terms, day=date(2026, 11, 25))
            try:
                with transaction() as session:
                    ledger.hold(session, today, 7, clock.now() + LEASE)
            except ledger.SpendingLimitError:
                yield "refused"
            else:
                yield "admitted"

    results = race(attempt, people)
    return {
        "attempts": sorted({len(each) for each in results}),
        "admitted": sorted({each.count("admitted") for each in results}),
        "wallets": sorted({tuple(wallet(person)) for person in people}),
        "violations": violations(),
    }

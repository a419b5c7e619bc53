"""What many processes do to one wallet, one key or one turn, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from multiprocessing import get_context
from time import perf_counter
from uuid import uuid4

from gptchina.db.engine import reading, transaction
from gptchina.domain import claims, clock, ledger
from gptchina.domain.accounts.registration import add_account
from gptchina.domain.errors import DomainError
from tests.factories import LEASE, hold, make_account, make_terms
from tests.money.crew import muster

PROCESSES = 8
# More than anything here takes; only a process that died makes the others wait so long.
PATIENCE = 120


def race(attempt, prizes):
    """Let all processes try for each prize at once; return per prize what each attempt said."""
    barrier = get_context("fork").Barrier(PROCESSES)

    def run(say, me):
        try:
            for number, prize in enumerate(prizes):
                barrier.wait(PATIENCE)
                for result in attempt(me, prize):
                    say(number, result)
        except BaseException:
            # The others must not wait for a process that will not come.
            barrier.abort()
            raise

    results = [[] for _ in prizes]
    for words in muster(run, [(me,) for me in range(PROCESSES)]):
        for number, result in words:
            results[int(number)].append(result)
    return results


def violations():
    with reading() as session:
        return [f"{found.invariant}: {found.rows}" for found in ledger.verify(session)]


def wallet(account):
    with reading() as session:
        found = ledger.balance_of(session, account)
        return [found.balance, found.held]


def race_for_holds(rounds, attempts, covered):
    """Hold 7 tokens many times on a balance that covers some; return how many were admitted."""
    accounts = [make_account(covered * 7 + 6) for _ in range(rounds)]

    def attempt(_me, account):
        for _ in range(attempts // PROCESSES):
            try:
                with transaction() as session:
                    hold(session, account, 7)
            except ledger.InsufficientBalanceError:
                yield "refused"
            else:
                yield "admitted"

    results = race(attempt, accounts)
    return {
        "attempts": sorted({len(each) for each in results}),
        "admitted": sorted({each.count("admitted") for each in results}),
        "wallets": sorted({tuple(wallet(account)) for account in accounts}),
        "violations": violations(),
    }


def race_for_claims(rounds):
    """Claim in threads of every process at once; return how many claims were granted."""
    accounts = [make_account() for _ in range(rounds)]
    threads = 3

    def claim(account):
        try:
            return claims.claim(account)
        except claims.ClaimNotReadyError:
            return 0

    def attempt(_me, account):
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(claim, [account] * threads)

    results = race(attempt, accounts)
    return {
        "attempts": sorted({len(each) for each in results}),
        "granted": sorted({len(each) - each.count("0") for each in results}),
        "wallets": sorted({tuple(wallet(account)) for account in accounts}),
        "violations": violations(),
    }


def race_for_a_key(rounds):
    """Grant under the same key, odd processes another amount; return who moved something."""
    prizes = [(make_account(), f"grant:{uuid4().hex}") for _ in range(rounds)]

    def attempt(me, prize):
        account, key = prize
        try:
            with transaction() as session:
                moved = ledger.grant(session, account, 5 + me % 2, key=key, kind="grant")
        except ledger.KeyConflictError:
            yield "conflict"
        else:
            yield 5 + me % 2 if moved else "repeated"

    return {
        "rounds": [sorted(each) for each in race(attempt, prizes)],
        "balances": [wallet(account)[0] for account, _ in prizes],
        "violations": violations(),
    }


def race_for_the_end(rounds):
    """Settle and release the same turn; return what each charged, and what is left."""
    prizes = []
    for _ in range(rounds):
        account = make_account(100)
        with transaction() as session:
            prizes.append((account, hold(session, account, 50)))

    def attempt(me, prize):
        # Even processes release, as the sweeper does with a turn that delivered nothing.
        cost = 10 * me if me % 2 else 0
        with transaction() as session:
            settled = ledger.settle(session, prize[1], ledger.Use(cost=cost))
        yield settled.charged if settled else "late"

    return {
        "rounds": race(attempt, prizes),
        "wallets": [wallet(account) for account, _ in prizes],
        "violations": violations(),
    }


def race_for_the_same_hold(rounds):
    """Hold for the same turn in all processes; return how often something was reserved."""
    prizes = [(make_account(100), uuid4().hex) for _ in range(rounds)]

    def attempt(_me, prize):
        account, turn = prize
        with transaction() as session:
            terms = make_terms(account, turn)
            reserved = ledger.hold(session, terms, 60, clock.now() + LEASE)
        yield "reserved" if reserved else "repeated"

    return {
        "rounds": race(attempt, prizes),
        "wallets": sorted({tuple(wallet(account)) for account, _ in prizes}),
        "violations": violations(),
    }


def race_to_register(rounds):
    """Make an account for the same address; return how many were made, and the balances."""
    addresses = [f"{uuid4().hex}@example.com" for _ in range(rounds)]

    def attempt(_me, address):
        try:
            with transaction() as session:
                made = add_account(session, "Li", address, "no hash")
        except DomainError as error:
            yield error.code
        else:
            yield made

    results = race(attempt, addresses)
    made = [[int(each) for each in said if each.isdigit()] for said in results]
    return {
        "made": sorted({len(ids) for ids in made}),
        "wallets": sorted({tuple(wallet(ids[0])) for ids in made}),
        "violations": violations(),
    }


def race_for_turns(pairs, crowded=0):
    """Hold and settle on one wallet in all processes until they made a number of pairs together.

    So many of the processes do it in eight threads, the others in one. Return the pairs and the
    longest wait, in ms, of each.
    """
    account = make_account(10**9)
    barrier = get_context("fork").Barrier(PROCESSES)
    left = get_context("fork").Value("q", pairs)

    def run(say, threads):
        barrier.wait(PATIENCE)
        with ThreadPoolExecutor(threads) as pool:
            waits = list(chain.from_iterable(pool.map(turns, range(threads))))
        say(len(waits) // 2, round(max(waits, default=0) * 1000))

    def turns(_thread):
        waits = []
        while take_one(left):
            start = perf_counter()
            with transaction() as session:
                turn = hold(session, account, 5)
            middle = perf_counter()
            with transaction() as session:
                ledger.settle(session, turn, ledger.Use(cost=3))
            waits += [middle - start, perf_counter() - middle]
        return waits

    start = perf_counter()
    said = [
        words[0]
        for words in muster(run, [(8 if each < crowded else 1,) for each in range(PROCESSES)])
    ]
    return {
        "pairs": [int(pairs) for pairs, _ in said],
        "longest": max(int(longest) for _, longest in said),
        "seconds": perf_counter() - start,
        "wallet": wallet(account),
        "violations": violations(),
    }


def take_one(left):
    with left.get_lock():
        left.value -= 1
        return left.value >= 0

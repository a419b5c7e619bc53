"""Writers that are killed with no warning, at any moment, and what the ledger shows afterwards."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter, sleep
from uuid import uuid4

from sqlalchemy import text
from sqlmodel import col, select

from gptchina.db.engine import get_engine, reading, transaction
from gptchina.db.models import Hold, LedgerEntry
from gptchina.domain import clock, ledger
from tests.factories import LEASE, hold, make_account
from tests.money.crew import enlist

WRITERS = 3
START_BALANCE = 10**6


def work(say, account, seed, parent):
    """Grant, hold, renew and settle until killed: say what is tried, then that it is committed."""
    dice = random.Random(seed)  # noqa: S311 -- must be repeatable, not secret
    turns = {}

    def commit(words, step, *arguments, **keywords):
        say("try", *words)
        with transaction() as session:
            step(session, *arguments, **keywords)
        say("done", *words)

    # Whoever is to kill this might be killed first.
    while os.getppid() == parent:
        act = dice.choice(("grant", "hold", "hold", "renew", "settle"))
        amount, new = dice.randint(1, 50), uuid4().hex
        turn = dice.choice(list(turns)) if turns else ""
        if act == "grant":
            words, key = ("grant", new, amount), f"grant:{new}"
            commit(words, ledger.grant, account, amount, key=key, kind="grant")
        elif act == "hold" or not turn:
            commit(("hold", new, amount), hold, account, amount, new)
            turns[new] = amount
        elif act == "renew":
            commit(("renew", turn, 0), ledger.renew, turn, clock.now() + 2 * LEASE)
        else:
            cost = dice.choice((0, turns[turn] // 2, turns[turn], turns[turn] + 7))
            commit(("settle", turn, cost), ledger.settle, turn, ledger.Use(cost=cost))
            del turns[turn]


def work_in_threads(say, account, seed, parent, threads):
    """Do the same in threads, which then share commits, until killed or one of them fails."""
    with ThreadPoolExecutor(threads) as pool:
        for done in [
            pool.submit(work, say, account, seed + each, parent) for each in range(threads)
        ]:
            done.result()


def kill_writers(cycles, seed, threads=1):
    """Kill writers at random moments, again and again; return counts, and every broken promise."""
    dice = random.Random(seed)  # noqa: S311
    total = {"acknowledged": 0, "landed": 0, "undone": 0, "swept": 0, "seconds": 0.0}
    broken = []
    warm_up()
    start = perf_counter()
    for cycle in range(cycles):
        # Two writers share a wallet, so that some are killed while others wait for its row.
        shared, own = make_account(START_BALANCE), make_account(START_BALANCE)
        accounts = [shared, shared, own]
        members = [
            enlist(work_in_threads, account, dice.random(), os.getpid(), threads)
            for account in accounts
        ]
        for member in dice.sample(members, WRITERS):
            kill_in_the_middle(member, dice, threads)
        statuses = [member.wait() for member in members]
        until_the_dead_are_gone()
        told = [member.words() for member in members]
        for member in members:
            member.close()
        found = [] if statuses == [-9] * WRITERS else [f"a writer failed: {statuses}"]
        found += check(list(zip(accounts, told, strict=True)), total)
        found += sweep({shared, own}, total)
        if cycle % 20 == 0 or cycle == cycles - 1:
            found += look_over()
        broken += [f"seed {seed} cycle {cycle}: {each}" for each in found]
    total["seconds"] = perf_counter() - start
    return total | {"broken": broken[:20]}


def kill_in_the_middle(member, dice, threads):
    """Kill a writer a moment after it did some of its work, however fast the machine is."""
    lines = dice.randint(1, 11) * threads
    deadline = perf_counter() + 60
    while len(member.words()) < lines and perf_counter() < deadline:
        sleep(0.0005)
    sleep(dice.uniform(0, 0.003))
    member.kill()


def warm_up():
    """Compile every statement, which the writers then inherit."""
    account = make_account(START_BALANCE)
    for cost in (0, 3):
        with transaction() as session:
            turn = hold(session, account, 5)
            ledger.renew(session, turn, clock.now() + LEASE)
        with transaction() as session:
            ledger.settle(session, turn, ledger.Use(cost=cost))


def until_the_dead_are_gone():
    """Wait until PostgreSQL has noticed: until then it may still commit for a dead client."""
    if get_engine().dialect.name != "postgresql":
        return
    others = text(
        "SELECT COUNT(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    deadline = perf_counter() + 60
    while perf_counter() < deadline:
        with get_engine().connect() as connection:
            if connection.scalar(others) == 0:
                return
        sleep(0.001)
    raise AssertionError("the server still works for a client that is dead")


def check(stories, total):
    """Return what is lost, doubled or half done, given what each writer of a wallet said."""
    with reading() as session:
        accounts = [account for account, _ in stories]
        holds = session.exec(select(Hold).where(col(Hold.account_id).in_(accounts))).all()
        entries = session.exec(
            select(LedgerEntry).where(
                col(LedgerEntry.debit_id).in_(accounts) | col(LedgerEntry.credit_id).in_(accounts)
            )
        ).all()
    held = {each.id: each for each in holds}
    given = {each.key: each.amount for each in entries if each.kind == "grant"}
    found = []
    for _, words in stories:
        acknowledged = [line[1:] for line in words if line[0] == "done"]
        total["acknowledged"] += len(acknowledged)
        found += [f"lost {line}" for line in acknowledged if not stands(line, held, given)]
        for line in {tuple(line[1:]) for line in words} - set(map(tuple, acknowledged)):
            # Nobody was told how this one ended; whatever it left must be whole.
            landed = stands(line, held, given)
            total["landed" if landed else "undone"] += 1
    tried = {line[2] for _, words in stories for line in words}
    found += [f"from nowhere: {key}" for key in held if key not in tried]
    found += [f"from nowhere: {key}" for key in given if key.removeprefix("grant:") not in tried]
    for account in set(accounts):
        found += sums(account, holds, entries)
    return found


def stands(line, held, given):
    """Return whether the database shows what a writer did."""
    act, key, amount = line[0], line[1], int(line[2])
    if act == "grant":
        return given.get(f"grant:{key}") == amount
    if act == "hold":
        return key in held and held[key].amount == amount
    if act == "renew":
        return key in held and held[key].expires_at - held[key].created_at > 1.5 * LEASE
    return (
        key in held
        and held[key].state == ("settled" if amount else "released")
        and held[key].captured == min(amount, held[key].amount)
    )


def sums(account, holds, entries):
    """Return what is wrong with a wallet, added up from rows in a way of our own."""
    balance = sum(
        entry.amount if entry.credit_id == account else -entry.amount
        for entry in entries
        if account in {entry.credit_id, entry.debit_id}
    )
    open_ = sum(each.amount for each in holds if (each.account_id, each.state) == (account, "open"))
    captured = sum(each.captured for each in holds if each.account_id == account)
    given = sum(entry.amount for entry in entries if entry.credit_id == account)
    with reading() as session:
        wallet = ledger.balance_of(session, account)
    expected = (balance, open_, given - captured)
    found = (wallet.balance, wallet.held, wallet.balance)
    return [] if expected == found else [f"wallet {account}: {found}, not {expected}"]


def sweep(accounts, total):
    """End the turns of the dead; return what is wrong after it, and after doing it twice."""
    later = clock.now() + 3 * LEASE + timedelta(seconds=1)
    with reading() as session:
        overdue = ledger.overdue(session, later)
    found = []
    for number, turn in enumerate(overdue * 2):
        with transaction() as session:
            settled = ledger.settle(session, turn, ledger.Use(cost=number % 3 and 2))
        if (settled is None) != (number >= len(overdue)):
            found.append(f"swept {turn}: {settled}")
    total["swept"] += len(overdue)
    for account in accounts:
        with reading() as session:
            if ledger.balance_of(session, account).held:
                found.append(f"wallet {account} still holds something")
    return found


def look_over():
    """Return the broken invariants, and what the database finds wrong with its own file."""
    with reading() as session:
        found = [f"{each.invariant}: {each.rows}" for each in ledger.verify(session)]
        if get_engine().dialect.name == "sqlite":
            intact = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
            found += [] if intact == "ok" else [f"integrity: {intact}"]
    return found

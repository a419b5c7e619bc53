"""The invariants of the ledger, checked against the database as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from .entries import DEBTS, ProgramAccount

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True)
class Violation:
    """A broken invariant: its number, what it says, and the rows that break it."""

    invariant: str
    promise: str
    rows: list[str]


# Each query returns the rows that break the promise; none is the good answer.
CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "I1",
        "all entries together move nothing out of the ledger",
        "SELECT SUM(total) FROM ledger_balance HAVING SUM(total) <> 0",
    ),
    (
        "I2",
        "a balance is the sum of the wallet's entries, and a debt that of its own",
        f"""SELECT account_id, balance, total FROM wallet
        LEFT JOIN ledger_balance ON ledger_balance.account = account_id
        WHERE balance <> COALESCE(total, 0)
        UNION ALL SELECT account_id, debt, total FROM wallet
        LEFT JOIN ledger_balance ON ledger_balance.account = {DEBTS} - account_id
        WHERE debt <> -COALESCE(total, 0)""",  # noqa: S608 -- a number of our own
    ),
    (
        "I3",
        "what a wallet holds is the sum of its open holds",
        """SELECT wallet.account_id, held, total FROM wallet LEFT JOIN (
            SELECT account_id, SUM(amount) AS total FROM hold WHERE state = 'open'
            GROUP BY account_id
        ) AS open_holds ON open_holds.account_id = wallet.account_id
        WHERE held <> COALESCE(total, 0)""",
    ),
    (
        "I4",
        "nobody has spent what they do not have, and whoever owes has nothing to spend",
        """SELECT account_id, balance, held, debt FROM wallet
        WHERE held < 0 OR balance < held OR debt < 0 OR (debt > 0 AND balance > held)""",
    ),
    (
        "I5",
        "a hold ends once, and captures at most its amount, by one entry",
        """SELECT hold.id, state, captured, ledger_entry.amount FROM hold
        LEFT JOIN ledger_entry ON ledger_entry.key = 'turn:' || hold.id
        WHERE captured > hold.amount
           OR (state = 'open') <> (closed_at IS NULL)
           OR (state = 'settled') <> (captured > 0)
           OR captured <> COALESCE(ledger_entry.amount, 0)
           OR (ledger_entry.id IS NOT NULL AND ledger_entry.debit_id <> hold.account_id)
        UNION ALL SELECT key, kind, 0, ledger_entry.amount FROM ledger_entry
        LEFT JOIN hold ON ledger_entry.key = 'turn:' || hold.id
        WHERE (kind = 'turn' AND hold.id IS NULL) OR (kind = 'turn') <> (credit_id = -1)""",
    ),
    (
        "I6",
        "every entry has one key, which names its cause",
        """SELECT id, key, kind FROM ledger_entry WHERE key NOT LIKE kind || ':%'
        UNION ALL SELECT MIN(id), key, '' FROM ledger_entry GROUP BY key HAVING COUNT(*) > 1""",
    ),
    (
        "I7",
        "a paid order has one credit, and a credit one paid order",
        """SELECT payment.id, payment.tokens, ledger_entry.key, ledger_entry.amount
        FROM payment LEFT JOIN ledger_entry
            ON ledger_entry.payment_id = payment.id AND kind = payment.provider
        WHERE (credited_at IS NULL) <> (ledger_entry.id IS NULL)
           OR (ledger_entry.id IS NOT NULL AND (
               ledger_entry.amount <> payment.tokens
               OR ledger_entry.credit_id <> payment.account_id
               OR ledger_entry.key <> payment.provider || ':' || reference))
        UNION ALL SELECT payment_id, 0, key, ledger_entry.amount FROM ledger_entry
        WHERE (kind IN ('stripe', 'btcpay')) <> (debit_id IN (-3, -4) AND kind <> 'restored')
           OR (kind IN ('stripe', 'btcpay') AND payment_id IS NULL)""",
    ),
    (
        "I8",
        "of an order no more is taken back than was refunded and disputed, nor than was credited",
        """SELECT payment.id, payment.tokens, payment.taken_back, total FROM payment LEFT JOIN (
            SELECT payment_id, SUM(CASE WHEN kind = 'restored' THEN -amount ELSE amount END)
                AS total
            FROM ledger_entry
            WHERE payment_id IS NOT NULL AND kind IN ('refund', 'dispute', 'restored')
            GROUP BY payment_id
        ) AS adjusted ON adjusted.payment_id = payment.id
        WHERE taken_back <> COALESCE(total, 0) OR taken_back < 0 OR taken_back > tokens
           OR refunded < 0 OR disputed < 0 OR refunded > received
           OR (taken_back > 0 AND refunded + disputed = 0)""",
    ),
    (
        "I9",
        "what a provider's account in the ledger says is what its orders say",
        """SELECT code, total, orders.kept FROM ledger_account
        LEFT JOIN ledger_balance ON ledger_balance.account = ledger_account.id
        LEFT JOIN (
            SELECT provider, SUM(tokens - taken_back) AS kept FROM payment
            WHERE credited_at IS NOT NULL GROUP BY provider
        ) AS orders ON code = 'clearing:' || orders.provider
        WHERE ledger_account.id IN (-3, -4) AND COALESCE(total, 0) <> -COALESCE(orders.kept, 0)""",
    ),
    (
        "I11",
        "every turn has one usage row, and it says what the ledger says",
        """SELECT COALESCE(hold.id, usage.id), hold.state, usage.status, cost, captured
        FROM hold FULL OUTER JOIN usage ON usage.id = hold.id
        WHERE hold.id IS NULL OR usage.id IS NULL
           OR (hold.state = 'open') <> (usage.status = 'unsettled')
           OR (hold.state = 'released') <> (usage.status = 'free')
           OR cost <> captured
           OR usage.account_id <> hold.account_id""",
    ),
    (
        "I12",
        "all tokens in circulation were granted or bought",
        """SELECT circulating, made FROM
        (SELECT COALESCE(SUM(balance), 0) AS circulating FROM wallet) AS wallets,
        (SELECT COALESCE(SUM(-total), 0) AS made FROM ledger_balance WHERE account < 0) AS others
        WHERE circulating <> made""",
    ),
    (
        "I13",
        "a code gave what it is worth to as many accounts as used it, once to each",
        """SELECT redemption_code.id, most_uses, uses, redeemed FROM redemption_code LEFT JOIN (
            SELECT code_id, COUNT(*) AS redeemed FROM redemption GROUP BY code_id
        ) AS redemptions ON code_id = redemption_code.id
        WHERE uses <> COALESCE(redeemed, 0) OR uses > most_uses
        UNION ALL SELECT code_id, redemption.account_id, tokens, amount FROM redemption
        JOIN redemption_code ON redemption_code.id = code_id
        LEFT JOIN ledger_entry ON key = 'code:' || code_id || ':' || redemption.account_id
        WHERE amount IS NULL OR amount <> tokens
           OR credit_id <> redemption.account_id OR debit_id <> -2
        UNION ALL SELECT ledger_entry.id, credit_id, 0, amount FROM ledger_entry
        LEFT JOIN redemption ON key = 'code:' || code_id || ':' || redemption.account_id
        WHERE kind = 'code' AND code_id IS NULL""",
    ),
    (
        "I14",
        "the reward for a guest comes with their first paid order, once, and goes as that goes",
        f"""SELECT guest_id, reward, referral.taken_back, total FROM referral
        LEFT JOIN payment ON payment.id = referral.payment_id
        LEFT JOIN (
            SELECT payment_id, SUM(CASE WHEN debit_id = -2 THEN amount ELSE -amount END) AS total
            FROM ledger_entry WHERE kind = 'referral' GROUP BY payment_id
        ) AS moved ON moved.payment_id = payment.id
        WHERE reward - referral.taken_back <> COALESCE(total, 0)
           OR (payment.id IS NULL AND reward <> 0)
           OR (payment.id IS NOT NULL AND (account_id <> guest_id OR credited_at IS NULL))
           OR (payment.taken_back = 0 AND referral.taken_back <> 0)
           OR (payment.taken_back = tokens AND referral.taken_back <> reward)
        UNION ALL SELECT guest_id, payment.id, 0, 0 FROM referral
        JOIN payment ON payment.account_id = guest_id AND credited_at IS NOT NULL
        WHERE referral.payment_id IS NULL
        UNION ALL SELECT ledger_entry.id, debit_id, credit_id, amount FROM ledger_entry
        LEFT JOIN referral ON referral.payment_id = ledger_entry.payment_id
        WHERE kind = 'referral' AND (guest_id IS NULL OR NOT (
            (debit_id = -2 AND credit_id = host_id)
            OR (credit_id = -2 AND debit_id IN (host_id, {DEBTS} - host_id))))""",  # noqa: S608
    ),
)

_TRIGGERS = {
    "sqlite": """SELECT 2 - COUNT(*) FROM sqlite_master WHERE type = 'trigger'
        AND name IN ('ledger_entry_no_UPDATE', 'ledger_entry_no_DELETE')
        HAVING COUNT(*) <> 2""",
    "postgresql": """SELECT 'no trigger' WHERE NOT EXISTS (SELECT 1 FROM pg_trigger
        WHERE tgname = 'ledger_entry_no_change' AND tgenabled <> 'D')""",
}

_REFUSED = ("I10", "the database refuses to change an entry")

# What verify() checks: the number and the promise, in the order of the numbers.
PROMISES: tuple[tuple[str, str], ...] = tuple(
    sorted(
        [(invariant, promise) for invariant, promise, _ in CHECKS] + [_REFUSED],
        key=lambda each: int(each[0].removeprefix("I")),
    )
)

ROWS_SHOWN = 20


def verify(session: Session) -> list[Violation]:
    """Check every invariant; an empty list is a clean ledger."""
    dialect = session.connection().dialect.name
    checks = [*CHECKS, (*_REFUSED, _TRIGGERS[dialect])]
    found: list[Violation] = []
    for invariant, promise, query in checks:
        rows = session.connection().execute(text(query)).fetchmany(ROWS_SHOWN)
        if rows:
            shown = [", ".join(str(value) for value in row) for row in rows]
            found.append(Violation(invariant, promise, shown))
    return found


assert all(account < 0 for account in ProgramAccount)  # noqa: S101 -- I12 tells them by the sign

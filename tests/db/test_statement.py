from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlmodel import select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Wallet
from gptchina.db.statement import Statement
from tests.factories import make_account

SET = Statement(
    """
    UPDATE wallet SET claimed_at = :claimed_at, spent_on = :spent_on, daily_limit = :daily_limit
    WHERE account_id = :account_id RETURNING balance
    """
)


@pytest.mark.parametrize(
    ("moment", "day", "limit"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 6, UTC), date(2026, 1, 2), 10**15),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=8))), date(1, 1, 1), 0),
        (None, None, None),
    ],
)
def test_values_are_stored_as_the_models_read_them(database, moment, day, limit):
    account = make_account(7)
    with transaction() as session:
        done = SET.run(
            session.connection(),
            account_id=account,
            claimed_at=moment,
            spent_on=day,
            daily_limit=limit,
        )
        assert done.one() == (7,)
    with reading() as session:
        wallet = session.exec(select(Wallet).where(Wallet.account_id == account)).one()
        assert (wallet.claimed_at, wallet.spent_on, wallet.daily_limit) == (moment, day, limit)
        if moment:
            same = select(Wallet.account_id).where(Wallet.claimed_at == moment)
            assert session.exec(same).all() == [account]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_time_without_a_zone_is_refused(database):
    with pytest.raises(ValueError, match="zone"), transaction() as session:
        SET.run(
            session.connection(),
            account_id=1,
            claimed_at=datetime(2026, 1, 2),  # noqa: DTZ001
            spent_on=None,
            daily_limit=None,
        )

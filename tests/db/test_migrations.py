import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from alembic import command
from gptchina.db.engine import get_engine, reading, transaction
from gptchina.db.migrations import config_for, migrate
from gptchina.db.models import LedgerEntry, Payment, metadata
from gptchina.domain import clock
from gptchina.settings import get_settings
from tests.factories import make_account, make_purchase


def test_models_equal_the_migrated_database(database):
    with get_engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_revision_goes_down_and_up_again(database):
    with get_engine().begin() as connection:
        command.downgrade(config_for(connection), "base")
        assert inspect(connection).get_table_names() in ([], ["alembic_version"])
    migrate()
    assert "ledger_entry" in inspect(get_engine()).get_table_names()


@pytest.mark.parametrize(("key", "live"), [("sk_live_x", True), ("sk_test_x", False)])
def test_payments_made_before_modes_were_noted_are_of_the_configured_mode(
    database, monkeypatch, key, live
):
    bought = make_purchase(make_account())
    with get_engine().begin() as connection:
        command.downgrade(config_for(connection), "0010")
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", key.replace("sk", "pk"))
    get_settings.cache_clear()
    migrate()
    with reading() as session:
        assert session.get_one(Payment, bought).live is live


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount = 1",
        "UPDATE ledger_entry SET note = 'x' WHERE id = 1",
        "DELETE FROM ledger_entry",
    ],
)
def test_ledger_entries_cannot_be_changed(database, statement):
    with transaction() as session:
        session.add(
            LedgerEntry(
                key="first",
                kind="grant",
                debit_id=-2,
                credit_id=-1,
                amount=5,
                created_at=clock.now(),
            )
        )
    with pytest.raises(DBAPIError, match="never changed"), transaction() as session:
        session.connection().execute(text(statement))

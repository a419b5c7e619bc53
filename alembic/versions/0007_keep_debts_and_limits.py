"""Keep debts, spending limits, time zones, and which payment an entry belongs to."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DEBT = f"debt >= 0 AND debt <= {4 * 10**18} AND (debt = 0 OR balance = held)"
LIMIT = "daily_limit IS NULL OR daily_limit >= 0"
WALLET = (
    f"debt BIGINT NOT NULL DEFAULT 0 CONSTRAINT ck_wallet_debt CHECK ({DEBT})",
    f"daily_limit BIGINT CONSTRAINT ck_wallet_daily_limit CHECK ({LIMIT})",
    "spent BIGINT NOT NULL DEFAULT 0",
    "spent_on DATE",
)


# Written out, because Alembic rebuilds a whole table of SQLite to add a constraint to it.
def upgrade() -> None:
    for column in WALLET:
        op.execute(f"ALTER TABLE wallet ADD COLUMN {column}")
    op.execute("ALTER TABLE hold ADD COLUMN day DATE")
    op.execute("ALTER TABLE account ADD COLUMN time_zone VARCHAR(64) NOT NULL DEFAULT ''")
    integer = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE ledger_entry ADD COLUMN payment_id {integer}"
        " CONSTRAINT fk_ledger_entry_payment_id REFERENCES payment (id)"
    )
    op.execute(
        "CREATE INDEX ix_ledger_entry_payment_id ON ledger_entry (payment_id)"
        " WHERE payment_id IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_ledger_entry_payment_id")
    op.execute("ALTER TABLE ledger_entry DROP COLUMN payment_id")
    op.execute("ALTER TABLE account DROP COLUMN time_zone")
    op.execute("ALTER TABLE hold DROP COLUMN day")
    for column in reversed(WALLET):
        op.execute(f"ALTER TABLE wallet DROP COLUMN {column.partition(' ')[0]}")

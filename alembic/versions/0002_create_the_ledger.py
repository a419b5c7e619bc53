"""Create the ledger, wallets, holds and usage."""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    ledger_account = op.create_table(
        "ledger_account",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_account"),
        sa.UniqueConstraint("code", name="uq_ledger_account_code"),
    )
    op.bulk_insert(
        ledger_account,
        [{"id": -1, "code": "program:usage"}, {"id": -2, "code": "program:grants"}],
    )
    op.create_table(
        "wallet",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("balance <= 4000000000000000000", name=op.f("ck_wallet_ceiling")),
        sa.CheckConstraint("balance >= held", name=op.f("ck_wallet_available")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_wallet_held")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_wallet_account"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_account.id"], name="fk_wallet_ledger_account"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_wallet"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("debit_id", BIG_ID, nullable=False),
        sa.Column("credit_id", BIG_ID, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_entry_amount")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_ledger_entry_sides")),
        sa.ForeignKeyConstraint(
            ["credit_id"], ["ledger_account.id"], name=op.f("fk_ledger_entry_credit_id")
        ),
        sa.ForeignKeyConstraint(
            ["debit_id"], ["ledger_account.id"], name=op.f("fk_ledger_entry_debit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_entry_key")),
    )
    op.create_index("ix_ledger_entry_credit_id_id", "ledger_entry", ["credit_id", "id"])
    op.create_index("ix_ledger_entry_debit_id_id", "ledger_entry", ["debit_id", "id"])
    op.create_table(
        "hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'settled', 'released')", name=op.f("ck_hold_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_hold_amount")),
        sa.CheckConstraint("captured >= 0 AND captured <= amount", name=op.f("ck_hold_captured")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_hold_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_state_expires_at", "hold", ["state", "expires_at"])
    op.create_table(
        "usage",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("input_rate", sa.String(length=32), nullable=False),
        sa.Column("output_rate", sa.String(length=32), nullable=False),
        sa.Column("cache_read_rate", sa.String(length=32), nullable=False),
        sa.Column("cache_write_rate", sa.String(length=32), nullable=False),
        sa.Column("markup", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_read_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("absorbed", sa.BigInteger(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("flag", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('unsettled', 'settled', 'free')", name=op.f("ck_usage_status")
        ),
        sa.CheckConstraint("cost >= 0 AND absorbed >= 0", name=op.f("ck_usage_cost")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_usage_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage")),
    )
    op.create_index("ix_usage_account_id_created_at", "usage", ["account_id", "created_at"])


def downgrade() -> None:
    op.drop_table("usage")
    op.drop_table("hold")
    op.drop_table("ledger_entry")
    op.drop_table("wallet")
    op.drop_table("ledger_account")

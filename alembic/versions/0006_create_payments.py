"""Create payments, the webhook inbox, refunds and leases."""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CLEARING = ((-3, "clearing:stripe"), (-4, "clearing:btcpay"))


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _create_payment()
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("provider", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        moment("happened_at"),
        moment("received_at"),
        moment("processed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_event"),
    )
    op.create_index(
        "ix_webhook_event_provider_happened_at", "webhook_event", ["provider", "happened_at"]
    )
    op.create_table(
        "refund",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("payment_id", BIG_ID, nullable=False),
        sa.Column("admin_id", BIG_ID, nullable=False),
        sa.Column("attempt", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        moment("created_at"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_amount")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.ForeignKeyConstraint(["admin_id"], ["account.id"], name=op.f("fk_refund_admin_id")),
        sa.PrimaryKeyConstraint("id", name="pk_refund"),
        sa.UniqueConstraint("attempt", name="uq_refund_attempt"),
    )
    op.create_index("ix_refund_payment_id", "refund", ["payment_id"])
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        moment("until"),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    for id_, code in CLEARING:
        op.execute(f"INSERT INTO ledger_account (id, code) VALUES ({id_}, '{code}')")  # noqa: S608


def _create_payment() -> None:
    op.create_table(
        "payment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("provider", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("attempt", sa.String(length=64), nullable=False),
        sa.Column("package_id", sa.String(length=40), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("disputed", sa.BigInteger(), nullable=False),
        sa.Column("taken_back", sa.BigInteger(), nullable=False),
        sa.Column("adjustments", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(length=60), nullable=False),
        sa.Column("method", sa.String(length=30), nullable=False),
        sa.Column("brand", sa.String(length=30), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("receipt_url", sa.String(length=500), nullable=False),
        moment("created_at"),
        moment("updated_at"),
        moment("credited_at", nullable=True),
        sa.CheckConstraint("provider IN ('stripe', 'btcpay')", name=op.f("ck_payment_provider")),
        sa.CheckConstraint(
            "status IN ('open', 'processing', 'succeeded', 'failed', 'canceled', 'refunded',"
            " 'disputed', 'review')",
            name=op.f("ck_payment_status"),
        ),
        sa.CheckConstraint("amount > 0 AND tokens > 0", name=op.f("ck_payment_amount")),
        sa.CheckConstraint(
            "taken_back >= 0 AND taken_back <= tokens", name=op.f("ck_payment_taken_back")
        ),
        sa.CheckConstraint(
            "taken_back = 0 OR credited_at IS NOT NULL", name=op.f("ck_payment_credited")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_account_id")),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("account_id", "attempt", name="uq_payment_attempt"),
        sa.UniqueConstraint("provider", "reference", name="uq_payment_reference"),
    )
    op.create_index("ix_payment_account_id_created_at", "payment", ["account_id", "created_at"])
    op.create_index("ix_payment_status_created_at", "payment", ["status", "created_at"])


def downgrade() -> None:
    op.execute("DELETE FROM ledger_account WHERE id IN (-3, -4)")
    for table in ("lease", "refund", "webhook_event", "payment"):
        op.drop_table(table)

"""Create redemption codes, invitations and referrals."""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "redemption_code",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("most_uses", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("made_by", BIG_ID, nullable=True),
        moment("created_at"),
        moment("expires_at", nullable=True),
        moment("disabled_at", nullable=True),
        sa.CheckConstraint("tokens > 0 AND most_uses > 0", name=op.f("ck_redemption_code_amount")),
        sa.CheckConstraint("uses >= 0 AND uses <= most_uses", name=op.f("ck_redemption_code_uses")),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_redemption_code_made_by")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_redemption_code"),
        sa.UniqueConstraint("code_hash", name="uq_redemption_code_code_hash"),
    )
    op.create_table(
        "redemption",
        sa.Column("code_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        moment("created_at"),
        sa.ForeignKeyConstraint(
            ["code_id"], ["redemption_code.id"], name=op.f("fk_redemption_code_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_redemption_account_id")
        ),
        sa.PrimaryKeyConstraint("code_id", "account_id", name="pk_redemption"),
    )
    op.create_table(
        "invitation",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        moment("created_at"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_invitation"),
        sa.UniqueConstraint("code", name="uq_invitation_code"),
    )
    _create_referral()


def _create_referral() -> None:
    op.create_table(
        "referral",
        sa.Column("guest_id", BIG_ID, nullable=False),
        sa.Column("host_id", BIG_ID, nullable=False),
        sa.Column("payment_id", BIG_ID, nullable=True),
        sa.Column("reward", sa.BigInteger(), nullable=False),
        sa.Column("taken_back", sa.BigInteger(), nullable=False),
        sa.Column("adjustments", sa.BigInteger(), nullable=False),
        moment("created_at"),
        moment("rewarded_at", nullable=True),
        sa.CheckConstraint("guest_id <> host_id", name=op.f("ck_referral_oneself")),
        sa.CheckConstraint(
            "taken_back >= 0 AND taken_back <= reward", name=op.f("ck_referral_taken_back")
        ),
        sa.ForeignKeyConstraint(["guest_id"], ["account.id"], name=op.f("fk_referral_guest_id")),
        sa.ForeignKeyConstraint(["host_id"], ["account.id"], name=op.f("fk_referral_host_id")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_referral_payment_id")
        ),
        sa.PrimaryKeyConstraint("guest_id", name="pk_referral"),
    )
    op.create_index("ix_referral_host_id", "referral", ["host_id"])


def downgrade() -> None:
    for table in ("referral", "invitation", "redemption", "redemption_code"):
        op.drop_table(table)

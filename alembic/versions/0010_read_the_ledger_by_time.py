"""Read the ledger by time, and usage by conversation."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SIDES = ("credit", "debit")


def upgrade() -> None:
    for side in SIDES:
        # With the amount in it, balances are added up without reading the table.
        columns = [f"{side}_id", "created_at", "id", "amount"]
        op.create_index(f"ix_ledger_entry_{'_'.join(columns)}", "ledger_entry", columns)
        op.drop_index(f"ix_ledger_entry_{side}_id_id", "ledger_entry")
    op.create_index(
        "ix_usage_account_id_conversation_id", "usage", ["account_id", "conversation_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_usage_account_id_conversation_id", "usage")
    for side in SIDES:
        op.create_index(f"ix_ledger_entry_{side}_id_id", "ledger_entry", [f"{side}_id", "id"])
        op.drop_index(f"ix_ledger_entry_{side}_id_created_at_id_amount", "ledger_entry")

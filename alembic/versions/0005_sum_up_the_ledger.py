"""Sum up the ledger: what its entries say each account has."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LEDGER_BALANCE = """
CREATE VIEW ledger_balance AS
SELECT account, SUM(amount) AS total FROM (
    SELECT credit_id AS account, amount FROM ledger_entry
    UNION ALL SELECT debit_id AS account, -amount AS amount FROM ledger_entry
) AS sides GROUP BY account
"""


def upgrade() -> None:
    op.execute(LEDGER_BALANCE)


def downgrade() -> None:
    op.execute("DROP VIEW ledger_balance")

"""Tell test payments from real ones, whatever the keys are later."""

from sqlalchemy import text

from alembic import op
from gptchina.settings import get_settings

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(
        f"ALTER TABLE payment ADD COLUMN live BOOLEAN NOT NULL DEFAULT {'0' if sqlite else 'false'}"
    )
    # So far it was today's key that told; Bitcoin has no test payments.
    op.get_bind().execute(
        text("UPDATE payment SET live = (provider = 'btcpay' OR :real)"),
        {"real": not get_settings().test_payments},
    )


def downgrade() -> None:
    op.execute("ALTER TABLE payment DROP COLUMN live")

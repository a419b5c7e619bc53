"""Note which receipts went out by mail, and which payment an event is about."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


# Written out, because Alembic rebuilds a whole table of SQLite to add a column to it.
def upgrade() -> None:
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(f"ALTER TABLE payment ADD COLUMN mailed_at {moment}")
    op.execute("ALTER TABLE webhook_event ADD COLUMN reference VARCHAR(80) NOT NULL DEFAULT ''")
    op.create_index("ix_webhook_event_reference", "webhook_event", ["reference"])


def downgrade() -> None:
    op.drop_index("ix_webhook_event_reference", "webhook_event")
    op.execute("ALTER TABLE webhook_event DROP COLUMN reference")
    op.execute("ALTER TABLE payment DROP COLUMN mailed_at")

"""Runs the migrations against the configured database."""

from sqlalchemy import Connection

from alembic import context
from gptchina.db.engine import get_engine
from gptchina.db.models import metadata


def run(connection: Connection) -> None:
    """Run the migrations on an open connection, all in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite cannot alter a table; Alembic copies it instead.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with get_engine().begin() as opened:
        run(opened)

import stat

import psycopg
import pytest
from sqlalchemy import text

from gptchina.db import engine
from tests.conftest import POSTGRES


def test_a_new_database_is_readable_by_its_owner_only(tmp_path):
    file = tmp_path / "new.db"
    made = engine.make_engine(f"sqlite:///{file}")
    with made.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE something (id INTEGER)")
        modes = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    made.dispose()
    assert modes == {0o600}


def backend():
    with engine.transaction() as session:
        return session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_closed_is_replaced(database):
    before = backend()
    assert backend() == before
    with psycopg.connect(POSTGRES, autocommit=True) as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s, 10000)", (before,))
    assert backend() != before


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("idle", "pings"), [(60, 0), (-1, 1)])
def test_a_connection_is_asked_only_after_it_was_idle_for_long(database, monkeypatch, idle, pings):
    made, asked = engine.get_engine(), []
    ping = made.dialect.do_ping
    monkeypatch.setattr(
        made.dialect, "do_ping", lambda connection: asked.append(1) or ping(connection)
    )
    backend()
    monkeypatch.setattr(engine, "LONG_IDLE", idle)
    backend()
    assert len(asked) == pings

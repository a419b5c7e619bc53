import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

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


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_threads_that_ask_first_at_the_same_moment_share_one_engine(database, monkeypatch):
    start, meeting, made, make = Barrier(8), Barrier(2), [], engine.make_engine

    def make_slowly(url):
        with suppress(BrokenBarrierError):
            meeting.wait(0.2)  # Alone, nobody comes.
        made.append(make(url))
        return made[-1]

    def ask():
        start.wait()
        return engine.get_engine()

    monkeypatch.setattr(engine, "make_engine", make_slowly)
    with ThreadPoolExecutor(8) as pool:
        got = [asked.result() for asked in [pool.submit(ask) for _ in range(8)]]
    assert [id(each) for each in got] == [id(made[0])] * 8
    assert len(made) == 1


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

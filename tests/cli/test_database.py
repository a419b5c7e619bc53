import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from gptchina.cli import main
from gptchina.db import backup as backups
from gptchina.db.engine import make_engine, sqlite_file
from gptchina.domain import accounts
from gptchina.domain.accounts import Device
from gptchina.settings import get_settings

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def stay(monkeypatch):
    monkeypatch.setattr("os.chdir", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)


sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
postgresql = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def database_file(database):
    return sqlite_file(database)


def count_accounts(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT COUNT(*) FROM account").fetchone()[0]


def test_migrate_makes_the_tables(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    get_settings.cache_clear()
    made = make_engine(get_settings().database)
    monkeypatch.setattr("gptchina.db.engine.get_engine", lambda: made)
    monkeypatch.setattr("gptchina.db.migrations.get_engine", lambda: made)
    assert main(["users", "list"]) == 1
    assert "run `gptchina db migrate` first" in capsys.readouterr().err
    assert main(["db", "migrate"]) == 0
    assert count_accounts(tmp_path / "new.db") == 0
    assert main(["users", "list"]) == 0
    made.dispose()
    get_settings.cache_clear()


@sqlite
def test_a_backup_made_while_the_program_writes_is_whole(database_file, tmp_path, capsys):
    accounts.register("Ann", "first@example.com", PASSWORD, Device("127.0.0.1"))
    stop, written = Event(), []

    def write():
        while not stop.is_set():
            email = f"p{len(written)}@example.com"
            written.append(accounts.register("Ann", email, PASSWORD, Device("127.0.0.1")))

    writer = Thread(target=write)
    writer.start()
    sizes = []
    try:
        for number in range(5):
            before = len(written)
            target = tmp_path / f"copy{number}.db"
            assert main(["db", "backup", str(target)]) == 0
            sizes.append(count_accounts(target))
            # Everything that was answered before the copy began is in it.
            assert sizes[-1] >= before
    finally:
        stop.set()
        writer.join()
    assert len(written) > 5
    assert sizes == sorted(sizes)
    assert "checked" in capsys.readouterr().out
    copy = tmp_path / "copy4.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        # Registration is one transaction, so each account has its wallet and its start balance.
        [(people, wallets, entries)] = connection.execute(
            "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM wallet),"
            " (SELECT COUNT(*) FROM ledger_entry)"
        )
    assert people == wallets == entries == sizes[-1]


@sqlite
def test_a_backup_leaves_nothing_else_behind(database_file, tmp_path):
    target = tmp_path / "folder" / "copy.db"
    assert main(["db", "backup", str(target)]) == 0
    assert [each.name for each in target.parent.iterdir()] == ["copy.db"]


@sqlite
def test_a_file_is_replaced_by_force_only(database_file, tmp_path, capsys):
    target = tmp_path / "copy.db"
    target.write_text("precious")
    assert main(["db", "backup", str(target)]) == 1
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "precious"
    assert main(["db", "backup", str(target), "--force"]) == 0
    assert count_accounts(target) == 0


@sqlite
def test_the_database_is_never_its_own_backup(database_file, capsys):
    link = database_file.with_name("link.db")
    link.symlink_to(database_file)
    for name in (database_file, link):
        assert main(["db", "backup", str(name), "--force"]) == 1
        assert "the database itself" in capsys.readouterr().err
    assert count_accounts(database_file) == 0


@sqlite
def test_a_failed_backup_keeps_the_old_one(database_file, tmp_path, monkeypatch, capsys):
    target = tmp_path / "copy.db"
    assert main(["db", "backup", str(target)]) == 0
    old = target.read_bytes()

    def break_copy(database: Path, draft: Path):
        draft.write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(backups, "_copy", break_copy)
    assert main(["db", "backup", str(target), "--force"]) == 1
    assert "No space left" in capsys.readouterr().err
    assert target.read_bytes() == old
    assert not list(tmp_path.glob(".copy*"))


@sqlite
def test_an_unsound_database_gives_no_backup(database_file, tmp_path, capsys):
    with closing(sqlite3.connect(database_file)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(
            "INSERT INTO conversation (id, account_id, title, model, created_at, updated_at)"
            " VALUES ('x', 99, '', '', '2026-01-01', '2026-01-01')"
        )
        connection.commit()
    assert main(["db", "backup", str(tmp_path / "copy.db")]) == 1
    assert "not sound" in capsys.readouterr().err
    assert not (tmp_path / "copy.db").exists()


@postgresql
def test_on_postgresql_pg_dump_is_named(database, tmp_path, capsys):
    assert main(["db", "backup", str(tmp_path / "copy.db")]) == 1
    assert "pg_dump" in capsys.readouterr().err

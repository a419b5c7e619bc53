from datetime import timedelta

import pytest
from sqlalchemy import text

from gptchina.cli import main
from gptchina.db.engine import reading, transaction
from gptchina.domain import chat, clock, ledger
from tests.factories import hold, make_account


@pytest.fixture(autouse=True)
def stay(monkeypatch, database):
    """Keep the folder and the signal handlers of the test run as they are."""
    monkeypatch.setattr("os.chdir", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)


def held(account):
    with reading() as session:
        return ledger.balance_of(session, account).held


def test_a_clean_ledger_keeps_every_promise(capsys):
    account = make_account(100)
    with transaction() as session:
        hold(session, account, 20)
    assert main(["ledger", "verify"]) == 0
    lines = capsys.readouterr().out.splitlines()
    numbers = [line.split()[0] for line in lines]
    assert numbers == [f"I{number}" for number in range(1, 15)]
    assert all(line.split()[1] == "ok" for line in lines)


def test_a_violated_promise_is_named_with_its_rows_and_fails_the_command(capsys):
    account = make_account(100)
    with transaction() as session:
        session.connection().execute(text("UPDATE wallet SET held = 5"))
    assert main(["ledger", "verify"]) == 1
    output = capsys.readouterr().out
    assert "I3   violated  what a wallet holds is the sum of its open holds" in output
    assert f"     {account}, 5, None" in output
    assert output.count("violated") == 1


def test_a_sweep_ends_overdue_turns_only(capsys):
    account = make_account(100)
    with transaction() as session:
        dead = hold(session, account, 20)
        hold(session, account, 30)
        ledger.renew(session, dead, clock.now() - timedelta(seconds=1))
    assert main(["ledger", "sweep"]) == 0
    assert capsys.readouterr().out == "Ended 1 turn whose process died.\n"
    assert held(account) == 30
    assert main(["ledger", "sweep"]) == 0
    assert capsys.readouterr().out == "Ended 0 turns whose process died.\n"
    assert chat.sweep() == 0


def test_a_database_without_tables_is_told_in_one_line(capsys):
    with transaction() as session:
        for table in ("usage", "hold"):
            session.connection().execute(text(f"DROP TABLE {table}"))
    assert main(["ledger", "verify"]) == 1
    assert "run `gptchina db migrate` first" in capsys.readouterr().err
    assert main(["ledger", "sweep"]) == 1
    assert "run `gptchina db migrate` first" in capsys.readouterr().err

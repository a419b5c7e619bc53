import io
import json
from types import SimpleNamespace

import pytest

from gptchina.cli import main
from gptchina.db.engine import reading
from gptchina.domain import accounts, ledger
from gptchina.domain.accounts import Device

PASSWORD = "correct horse"
TERMINAL = SimpleNamespace(isatty=lambda: True)


@pytest.fixture(autouse=True)
def stay(monkeypatch):
    """Keep the folder and the signal handlers of the test run as they are."""
    monkeypatch.setattr("os.chdir", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)


@pytest.fixture
def run(database, monkeypatch, capsys):
    """Run a command; return exit status, standard output, standard error."""

    def command(*words, typed=None):
        # Without anything typed, standard input is closed, and is no terminal.
        monkeypatch.setattr("sys.stdin", typed if typed is TERMINAL else io.StringIO(typed))
        try:
            status = main(words)
        except SystemExit as end:
            status = end.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return command


@pytest.fixture
def ann(database):
    return accounts.register("Ann", "ann@example.com", PASSWORD, Device())


@pytest.mark.parametrize(
    "words",
    [
        ["users"],
        ["users", "list"],
        ["users", "create"],
        ["users", "reset-password"],
        ["users", "grant-tokens"],
        ["db"],
        ["db", "migrate"],
        ["db", "backup"],
    ],
)
def test_every_command_explains_itself(capsys, words):
    with pytest.raises(SystemExit) as end:
        main([*words, "--help"])
    assert end.value.code == 0
    assert "usage: gptchina" in capsys.readouterr().out


def test_create_makes_an_account_one_can_log_in_with(run):
    created = run(
        *("users", "create", "--email", "Root@example.com", "--name", "王"),
        "--password-stdin",
        typed=f"{PASSWORD}\n",
    )
    assert created == (0, "Created root@example.com (administrator) with 20,000 tokens.\n", "")
    assert accounts.log_in("root@example.com", PASSWORD, Device())


def test_create_makes_an_administrator_when_asked(run, ann):
    options = ["--name", "B", "--password-stdin"]
    run("users", "create", "--email", "b@example.com", *options, typed=PASSWORD)
    run("users", "create", "--email", "c@example.com", *options, "--admin", typed=PASSWORD)
    roles = {each.email: each.role for each in accounts.listed_accounts()}
    assert roles == {"ann@example.com": "admin", "b@example.com": "user", "c@example.com": "admin"}


@pytest.mark.parametrize(
    ("email", "name", "password", "message"),
    [
        ("nope", "Bob", PASSWORD, "This is not an e-mail address."),
        ("ann@example.com", "Bob", PASSWORD, "Another account has this e-mail address."),
        ("b@example.com", " ", PASSWORD, "The name must have 1 to 80 visible characters."),
        ("b@example.com", "Bob", "short", "The password needs at least 8 characters."),
        ("b@example.com", "Bob", "x" * 1025, "The password may have at most 1024 characters."),
    ],
)
def test_create_says_in_one_line_what_is_wrong(run, ann, email, name, password, message):
    words = ["users", "create", "--email", email, "--name", name, "--password-stdin"]
    assert run(*words, typed=password) == (1, "", f"{message}\n")


def test_without_a_terminal_no_password_is_asked(run):
    status, _, error = run("users", "create", "--email", "b@example.com", "--name", "B")
    assert status == 1
    assert "--password-stdin" in error


@pytest.mark.parametrize(("again", "status"), [(PASSWORD, 0), ("other", 1)])
def test_a_password_is_asked_twice(run, monkeypatch, again, status):
    typed = iter([PASSWORD, again])
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    words = ["users", "create", "--email", "b@example.com", "--name", "B"]
    assert run(*words, typed=TERMINAL)[0] == status


def test_list_shows_a_table_and_json(run, ann):
    accounts.create_account("王小明", "w@example.com", PASSWORD)
    status, table, _ = run("users", "list")
    assert status == 0
    lines = table.splitlines()
    assert lines[0].split() == ["ID", "E-MAIL", "NAME", "ROLE", "BALANCE", "HELD", "SINCE"]
    assert lines[1].split()[1:6] == ["ann@example.com", "Ann", "admin", "20,000", "0"]
    # Three Han characters take six columns.
    assert lines[2].index("user") == lines[1].index("admin") - 3
    _, printed, _ = run("users", "list", "--json")
    listed = json.loads(printed)
    assert [each["name"] for each in listed] == ["Ann", "王小明"]
    assert listed[0]["balance"] == 20_000
    assert "password" not in printed
    assert "$2b$" not in printed


def test_reset_password_ends_all_sessions(run, ann):
    words = ["users", "reset-password", "ANN@example.com", "--password-stdin"]
    assert run(*words, typed="battery staple\n")[0] == 0
    assert accounts.resolve(ann.token) is None
    assert accounts.log_in("ann@example.com", "battery staple", Device())


def test_reset_password_of_nobody_fails(run):
    words = ["users", "reset-password", "nobody@example.com", "--password-stdin"]
    assert run(*words, typed=PASSWORD) == (1, "", "No account has this e-mail address.\n")


def test_grant_tokens_gives_them_once_per_key(run, ann):
    words = ["users", "grant-tokens", "ann@example.com", "1500", "--reason", "sorry", "--key", "t1"]
    assert run(*words) == (0, "Granted 1,500 tokens to ann@example.com.\n", "")
    assert run(*words) == (0, "Granted before under this key; nothing to do.\n", "")
    assert run(*words[:3], "9", *words[4:])[0] == 1
    with reading() as session:
        assert ledger.balance_of(session, ann.account_id).balance == 21_500
        assert ledger.verify(session) == []


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "many", "1e3", "10000000000000000"])
def test_grant_tokens_takes_positive_whole_amounts_only(run, ann, amount):
    status, _, error = run("users", "grant-tokens", "ann@example.com", amount, "--reason", "x")
    assert status in {1, 2}
    assert error
    with reading() as session:
        assert ledger.balance_of(session, ann.account_id).balance == 20_000

import json
from datetime import timedelta

import pytest

from gptchina.cli import main
from gptchina.domain import clock, codes
from gptchina.domain.errors import DomainError
from gptchina.settings import get_settings
from tests.factories import make_account


@pytest.fixture
def run(database, monkeypatch, capsys):
    """Run a command; return exit status, standard output, standard error."""
    monkeypatch.setattr("os.chdir", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setenv("ALLOW_CODES", "true")
    get_settings.cache_clear()

    def command(*words):
        try:
            status = main(words)
        except SystemExit as end:
            status = end.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return command


def test_codes_are_printed_once_and_can_be_redeemed(run):
    status, output, errors = run("codes", "make", "500", "--count", "3", "--uses", "2")
    assert (status, errors) == (0, "")
    made = output.splitlines()
    assert len(made) == 3
    assert [codes.redeem(make_account(), code) for code in made] == [500] * 3


def test_the_list_tells_how_codes_stand_and_not_what_they_are(run):
    _, output, _ = run("codes", "make", "1000000", "--days", "7", "--note", "春节")
    code = output.strip()
    status, output, _ = run("codes", "list")
    assert status == 0
    heading, row = output.splitlines()
    assert heading.split() == ["ID", "ENDS", "WITH", "TOKENS", "USED", "STATE", "EXPIRES", "NOTE"]
    expires = f"{clock.now() + timedelta(days=7):%Y-%m-%d}"
    assert row.split()[:6] == ["1", f"…{code[-4:]}", "1,000,000", "0", "of", "1"]
    assert row.split()[6:8] == ["open", expires]
    assert row.endswith("春节")
    _, output, _ = run("codes", "list", "--json")
    (listed,) = json.loads(output)
    assert (listed["id"], listed["usable"], listed["expires_at"][:10]) == (1, True, expires)
    assert code[:14] not in output
    assert json.loads(run("codes", "list", "--json", "--limit", "0")[1]) == []


def test_a_disabled_code_is_over(run):
    code = run("codes", "make", "5")[1].strip()
    assert run("codes", "disable", "1") == (0, "Code 1 is disabled.\n", "")
    with pytest.raises(DomainError) as refused:
        codes.redeem(make_account(), code)
    assert refused.value.code == "code_disabled"
    assert "disabled" in run("codes", "list")[1]
    for number in ("2", "0", str(2**70)):
        assert run("codes", "disable", number) == (1, "", f"There is no code {number}.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["0"], "This is not possible: tokens."),
        (["5", "--count", "0"], "This is not possible: count."),
        (["5", "--uses", str(2**70)], "This is not possible: uses."),
        (["5", "--days", "0"], "--days takes 1 to 36500."),
        (["5", "--note", "x" * 401], "This is not possible: note."),
    ],
)
def test_what_is_not_possible_is_told_in_one_line(run, words, said):
    assert run("codes", "make", *words) == (1, "", f"{said}\n")


def test_codes_can_be_made_before_they_are_taken(run, monkeypatch):
    monkeypatch.setenv("ALLOW_CODES", "false")
    get_settings.cache_clear()
    status, output, errors = run("codes", "make", "5")
    assert status == 0
    assert output.startswith("GPTC-")
    assert errors == "ALLOW_CODES is off: nobody can redeem them yet.\n"

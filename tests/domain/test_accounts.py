from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
from sqlmodel import col, select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Account, Conversation, LedgerEntry, Message, Wallet
from gptchina.domain import accounts, clock, ledger
from gptchina.domain.accounts import Device
from gptchina.domain.accounts.passwords import hash_password, verify_password
from gptchina.domain.accounts.validation import valid_email, valid_name
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.settings import get_settings

HERE = Device("127.0.0.1", "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")
PASSWORD = "correct horse"


def register(email="ann@example.com", name="Ann", password=PASSWORD):
    return accounts.register(name, email, password, HERE)


def identity_of(token):
    identity = accounts.resolve(token)
    assert identity
    return identity


def in_parallel(count, work):
    """Run work(0), work(1), … at the same time; return results, and errors by code."""

    def attempt(number):
        try:
            return work(number)
        except DomainError as error:
            return error.code

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(attempt, range(count)))


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("王", "王"),
        ("  Ann Lee ", "Ann Lee"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("x" * 80, "x" * 80),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("\u3000李雷\u3000", "李雷"),
    ],
)
def test_names_are_trimmed_and_composed(given, stored):
    assert valid_name(given) == stored


@pytest.mark.parametrize(
    "given",
    [
        "",
        "   ",
        "x" * 81,
        "a\nb",
        "a\x00b",
        "a\u202eb",
        "\u200b",
        "\u200d",
        "\u3164",
        "\u2028",
        "\ud800",
        "\u0301",
        None,
        7,
        ["a"],
    ],
)
def test_names_nobody_can_read_are_refused(given):
    with pytest.raises(accounts.InvalidNameError) as refusal:
        valid_name(given)
    assert refusal.value.field == "name"


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("a.b+c@sub.example.co", "a.b+c@sub.example.co"),
        ("\uff41\uff20\uff42\uff0e\uff43\uff4f\uff4d", "a@b.com"),
        ("用户@例子.中国", "用户@例子.中国"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_addresses_are_stored_in_one_form(given, stored):
    assert valid_email(given) == stored


@pytest.mark.parametrize(
    "given",
    [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@example",
        "a b@example.com",
        "ann@@example.com",
        "ann@example..com",
        ".ann@example.com",
        "ann@-example.com",
        "ann@example.com\nbcc: x@example.com",
        "x" * 65 + "@example.com",
        "ann@" + "x" * 63 + ("." + "x" * 63) * 3 + ".com",
        "\ud800@example.com",
        "a\x00@example.com",
        "<ann@example.com>",
        None,
        5,
        {"$gt": ""},
        "x" * 100_000,
    ],
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(accounts.InvalidEmailError):
        valid_email(given)


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("seven77", accounts.PasswordTooShortError),
        (None, accounts.PasswordTooShortError),
        (12345678, accounts.PasswordTooShortError),
        ("x" * 1025, accounts.PasswordTooLongError),
    ],
)
def test_passwords_have_8_to_1024_characters(database, password, error):
    with pytest.raises(error):
        register(password=password)


@pytest.mark.parametrize("shared", ["x" * 72, "密" * 24, "x" * 1000])
def test_every_character_of_a_long_password_counts(database, shared):
    stored = hash_password(shared + "A")
    assert verify_password(shared + "A", stored)
    assert not verify_password(shared + "B", stored)
    assert not verify_password(shared, stored)


def test_passwords_typed_composed_or_not_are_the_same(database):
    assert verify_password("cafe\u0301 au lait", hash_password("caf\u00e9 au lait"))


def test_a_hash_of_other_rounds_stays_valid(database, monkeypatch):
    monkeypatch.setattr(bcrypt, "gensalt", lambda rounds, make=bcrypt.gensalt: make(5))
    assert verify_password("correct horse", hash_password("correct horse"))


def test_registering_signs_in_and_grants_the_start_balance(database):
    signed_in = register(name=" Ann ", email="Ann@Example.com")
    identity = identity_of(signed_in.token)
    assert identity is not None
    assert (identity.name, identity.email) == ("Ann", "ann@example.com")
    with reading() as session:
        assert ledger.balance_of(session, signed_in.account_id).balance == 20_000
        assert ledger.verify(session) == []
        stored = session.get_one(Account, signed_in.account_id).password_hash
    assert "horse" not in (stored or "")


def test_a_start_balance_of_zero_grants_nothing(database, monkeypatch):
    monkeypatch.setenv("START_BALANCE", "0")
    get_settings.cache_clear()
    account_id = register().account_id
    with reading() as session:
        assert ledger.balance_of(session, account_id).balance == 0


def test_only_the_first_account_is_administrator(database):
    first, second = register("a@example.com"), register("b@example.com")
    roles = [identity_of(each.token).role for each in (first, second)]
    assert roles == ["admin", "user"]


def test_an_address_registers_once_however_it_is_written(database):
    register("ann@example.com")
    with pytest.raises(accounts.EmailTakenError) as refusal:
        register(" ANN@example.COM")
    assert refusal.value.field == "email"


def test_twenty_registrations_of_one_address_make_one_account(database):
    results = in_parallel(20, lambda _: register().account_id)
    assert Counter(type(each) for each in results) == {int: 1, str: 19}
    assert {each for each in results if isinstance(each, str)} == {"email_taken"}
    with reading() as session:
        assert len(session.exec(select(Account)).all()) == 1
        assert len(session.exec(select(LedgerEntry)).all()) == 1


def test_twenty_first_registrations_make_one_administrator(database):
    results = in_parallel(20, lambda number: register(f"p{number}@example.com").account_id)
    assert all(isinstance(each, int) for each in results)
    with reading() as session:
        roles = Counter(session.exec(select(Account.role)).all())
        balances = set(session.exec(select(Wallet.balance)).all())
        assert ledger.verify(session) == []
    assert roles == {"admin": 1, "user": 19}
    assert balances == {20_000}


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ("ALLOW_REGISTRATION", accounts.RegistrationClosedError),
        ("ALLOW_EMAIL_LOGIN", accounts.EmailLoginClosedError),
    ],
)
def test_the_operator_can_close_registration(database, monkeypatch, setting, error):
    monkeypatch.setenv(setting, "false")
    get_settings.cache_clear()
    with pytest.raises(error):
        register()


def test_the_operator_can_close_login(database, monkeypatch):
    register()
    monkeypatch.setenv("ALLOW_EMAIL_LOGIN", "false")
    get_settings.cache_clear()
    with pytest.raises(accounts.EmailLoginClosedError):
        accounts.log_in("ann@example.com", "correct horse", HERE)


def test_changing_the_name_checks_it(database):
    account = register()
    assert accounts.change_name(account.account_id, " 安 ") == "安"
    with pytest.raises(accounts.InvalidNameError):
        accounts.change_name(account.account_id, "\n")
    assert identity_of(account.token).name == "安"


def test_changing_the_address_asks_for_the_password(database):
    account = register()
    register("taken@example.com")
    with pytest.raises(accounts.WrongPasswordError) as refusal:
        accounts.change_email(account.account_id, "new@example.com", "wrong")
    assert refusal.value.field == "password"
    with pytest.raises(accounts.EmailTakenError):
        accounts.change_email(account.account_id, "Taken@example.com", "correct horse")
    accounts.change_email(account.account_id, "New@Example.com", "correct horse")
    assert identity_of(account.token).email == "new@example.com"
    with pytest.raises(accounts.WrongCredentialsError):
        accounts.log_in("ann@example.com", "correct horse", HERE)


def test_changing_the_password_logs_out_every_other_device(database):
    here = register()
    there = accounts.log_in("ann@example.com", "correct horse", HERE)
    session_id = identity_of(here.token).session_id
    accounts.change_password(here.account_id, session_id, "correct horse", "battery staple")
    assert accounts.resolve(there.token) is None
    assert accounts.resolve(here.token) is not None
    with pytest.raises(accounts.WrongCredentialsError):
        accounts.log_in("ann@example.com", "correct horse", HERE)
    assert accounts.log_in("ann@example.com", "battery staple", HERE)


def test_a_refused_new_password_changes_nothing(database):
    here = register()
    session_id = identity_of(here.token).session_id
    with pytest.raises(accounts.PasswordTooShortError) as refusal:
        accounts.change_password(here.account_id, session_id, "correct horse", "short")
    assert refusal.value.field == "new_password"
    with pytest.raises(accounts.WrongPasswordError):
        accounts.change_password(here.account_id, session_id, "wrong", "battery staple")
    assert accounts.log_in("ann@example.com", "correct horse", HERE)


def test_two_password_changes_at_once_cannot_both_win(database):
    here = register()
    session_id = identity_of(here.token).session_id

    def change(number):
        accounts.change_password(here.account_id, session_id, "correct horse", f"new-{number:08}")
        return number

    results = in_parallel(4, change)
    winners = [each for each in results if isinstance(each, int)]
    assert len(winners) == 1
    assert accounts.log_in("ann@example.com", f"new-{winners[0]:08}", HERE)


@pytest.mark.parametrize(
    ("change", "good", "bad"),
    [
        ("set_language", "zh", ["xx", "", None, ["zh"], 5]),
        ("set_theme", "dark", ["pink", None, {}]),
        ("set_model", "gpt-5", ["x" * 201, "a\nb", None, 3]),
    ],
)
def test_preferences_take_what_is_offered_only(database, change, good, bad):
    account = register()
    for value in bad:
        with pytest.raises(accounts.InvalidChoiceError):
            getattr(accounts, change)(account.account_id, value)
    getattr(accounts, change)(account.account_id, good)
    identity = identity_of(account.token)
    assert good in (identity.language, identity.theme, identity.model)


def test_deleting_an_account_leaves_numbers_and_no_names(database):
    account, other = register(), register("other@example.com", name="Other")
    account_id = account.account_id
    for owner in (account_id, other.account_id):
        add_chat(owner)
    with pytest.raises(accounts.WrongPasswordError):
        accounts.delete_account(account_id, "wrong")
    accounts.delete_account(account_id, "correct horse")
    assert accounts.resolve(account.token) is None
    with reading() as session:
        row = session.get_one(Account, account_id)
        assert (row.email, row.name, row.password_hash) == (None, None, None)
        assert row.deleted_at is not None
        assert ledger.balance_of(session, account_id).balance == 20_000
        assert ledger.verify(session) == []
        left = session.exec(select(Conversation.account_id)).all()
        assert left == [other.account_id]
        assert len(session.exec(select(Message)).all()) == 2
    with pytest.raises(NotSignedInError):
        accounts.change_name(account_id, "Back")
    with pytest.raises(NotSignedInError):
        accounts.delete_account(account_id, "correct horse")
    # The address is free again, and who registers it now gets nothing of the old account's.
    again = register()
    assert again.account_id != account_id


def test_no_personal_text_is_left_anywhere_after_deletion(database):
    account = register("very.unique@example.com", name="Uniquename")
    add_chat(account.account_id)
    accounts.delete_account(account.account_id, "correct horse")
    with reading() as session:
        for table in Account.metadata.sorted_tables:
            for row in session.connection().execute(table.select()):
                assert "unique" not in repr(row).lower()
                assert "my own words" not in repr(row)


def test_chats_written_after_the_deletion_go_with_the_next_housekeeping(database):
    account, other = register(), register("other@example.com")
    accounts.delete_account(account.account_id, "correct horse")
    for owner in (account.account_id, other.account_id):
        add_chat(owner)
    accounts.keep_house()
    with reading() as session:
        assert session.exec(select(Conversation.account_id)).all() == [other.account_id]


def add_chat(account_id):
    now, chat = clock.now(), f"{account_id:032x}"
    with transaction() as session:
        session.add(Conversation(id=chat, account_id=account_id, created_at=now, updated_at=now))
        session.flush()
        for position, role in enumerate(["user", "assistant"]):
            session.add(
                Message(
                    id=f"{account_id:030x}{position:02x}",
                    conversation_id=chat,
                    position=position,
                    role=role,
                    text="my own words",
                    created_at=now,
                )
            )


def test_the_operator_creates_accounts_while_registration_is_closed(database, monkeypatch):
    monkeypatch.setenv("ALLOW_REGISTRATION", "false")
    get_settings.cache_clear()
    accounts.create_account("Root", "root@example.com", "correct horse")
    accounts.create_account("Ann", "ann@example.com", "correct horse")
    accounts.create_account("Bob", "bob@example.com", "correct horse", admin=True)
    listed = [(each.email, each.role, each.balance) for each in accounts.listed_accounts()]
    assert listed == [
        ("root@example.com", "admin", 20_000),
        ("ann@example.com", "user", 20_000),
        ("bob@example.com", "admin", 20_000),
    ]


def test_resetting_a_password_ends_sessions_and_the_wait(database):
    account = register()
    for _ in range(7):
        with pytest.raises(accounts.WrongCredentialsError):
            accounts.log_in("ann@example.com", "wrong", Device("192.0.2.1"))
    with pytest.raises(accounts.TooManyAttemptsError):
        accounts.log_in("ann@example.com", "correct horse", Device("192.0.2.2"))
    accounts.reset_password("Ann@example.com", "battery staple")
    assert accounts.resolve(account.token) is None
    assert accounts.log_in("ann@example.com", "battery staple", Device("192.0.2.2"))


def test_a_grant_happens_once_per_key(database):
    account = register()
    assert accounts.grant_tokens("ann@example.com", 500, "thanks", "ticket-1")
    assert not accounts.grant_tokens("ann@example.com", 500, "thanks", "ticket-1")
    with pytest.raises(ledger.KeyConflictError):
        accounts.grant_tokens("ann@example.com", 501, "thanks", "ticket-1")
    for amount in (0, -5, 10**16):
        with pytest.raises(ledger.InvalidAmountError):
            accounts.grant_tokens("ann@example.com", amount, "no")
    with reading() as session:
        assert ledger.balance_of(session, account.account_id).balance == 20_500
        assert ledger.verify(session) == []
        notes = session.exec(select(LedgerEntry.note).where(col(LedgerEntry.kind) == "grant"))
        assert notes.all() == ["thanks"]

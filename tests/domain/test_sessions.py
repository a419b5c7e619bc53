import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from gptchina.db import models
from gptchina.db.engine import get_engine, reading
from gptchina.domain import accounts, clock, notices
from gptchina.domain.accounts import Device, sessions
from gptchina.domain.accounts.browsers import browser_name
from gptchina.settings import get_settings

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE = Device("127.0.0.1", FIREFOX)


@pytest.fixture(autouse=True)
def nobody_seen():
    sessions._seen.clear()


@pytest.fixture
def at(monkeypatch):
    """Set the time of day to some time after a fixed start."""
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def set_time(**later):
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(**later))

    set_time()
    return set_time


def identity_of(token):
    identity = accounts.resolve(token)
    assert identity
    return identity


def register(email="ann@example.com"):
    return accounts.register("Ann", email, "correct horse", HERE)


def test_the_token_is_random_and_stored_hashed(database):
    one, other = register(), accounts.log_in("ann@example.com", "correct horse", HERE)
    assert one.token != other.token
    assert len(one.token) == 43
    with reading() as session:
        hashes = session.exec(select(models.Session.token_hash)).all()
    assert not {one.token, other.token} & set(hashes)
    assert {len(each) for each in hashes} == {64}


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "\ud800" * 43, "x" * 100_000, "a\x00b"])
def test_no_other_text_is_a_token(database, token):
    register()
    assert accounts.resolve(token) is None


def test_resolving_is_one_query_by_an_index(database):
    token = register().token
    seen = []
    event.listen(
        get_engine(),
        "before_cursor_execute",
        lambda _c, _u, statement, parameters, _x, _m: seen.append((statement, parameters)),
    )
    accounts.resolve(token)
    assert [statement.split()[0] for statement, _ in seen if statement != "BEGIN"] == ["SELECT"]
    if database.startswith("sqlite"):
        statement, parameters = seen[-1]
        with get_engine().connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        assert not [row for row in plan if str(row[-1]).startswith("SCAN")]


def test_a_session_ends_thirty_days_after_it_was_last_used(database, at):
    token = register().token
    at(days=29)
    assert accounts.resolve(token)
    accounts.keep_house()
    at(days=58)
    assert accounts.resolve(token)
    accounts.keep_house()
    at(days=88)
    assert accounts.resolve(token) is None
    accounts.keep_house()
    with reading() as session:
        assert session.exec(select(models.Session)).all() == []


def test_an_unused_session_ends_after_thirty_days(database, at):
    token = register().token
    at(days=29, hours=23)
    accounts.keep_house()
    assert accounts.resolve(token)
    at(days=30)
    assert accounts.resolve(token) is None


def test_resolving_never_writes_and_notes_a_visit_once_a_minute(database, at):
    signed_in = register()
    at(seconds=59)
    accounts.resolve(signed_in.token)
    assert sessions._seen == {}
    at(seconds=60)
    accounts.resolve(signed_in.token)
    assert len(sessions._seen) == 1
    [device] = accounts.devices(signed_in.account_id)
    assert device.seen_at == clock.now()
    accounts.keep_house()
    assert sessions._seen == {}
    [device] = accounts.devices(signed_in.account_id)
    assert device.seen_at == clock.now()


def test_devices_are_listed_with_the_current_one_first(database, at):
    first = register()
    at(minutes=5)
    phone = Device("192.0.2.7", "Mozilla/5.0 (iPhone) Version/19.0 Mobile Safari/604.1\n")
    accounts.log_in("ann@example.com", "correct horse", phone)
    register("other@example.com")
    current = identity_of(first.token).session_id
    listed = accounts.devices(first.account_id, current)
    assert [(each.browser, each.address, each.current) for each in listed] == [
        ("Firefox · Windows", "127.0.0.1", True),
        ("Safari · iPhone", "192.0.2.7", False),
    ]


def test_one_device_is_ended_and_only_by_its_owner(database):
    here, stranger = register(), register("other@example.com")
    there = accounts.log_in("ann@example.com", "correct horse", HERE)
    session_id = identity_of(there.token).session_id
    accounts.end(stranger.account_id, session_id)
    assert accounts.resolve(there.token)
    accounts.end(here.account_id, session_id)
    assert accounts.resolve(there.token) is None
    assert accounts.resolve(here.token)


@pytest.mark.parametrize("odd", [None, "1", "' OR 1=1", True, 0, -1, 2**70, 1.0, [1], {}])
def test_odd_ids_end_nothing(database, odd):
    here = register()
    accounts.end(here.account_id, odd)
    assert accounts.resolve(here.token)


def test_all_devices_are_ended_but_the_one_excepted(database):
    here, stranger = register(), register("other@example.com")
    there = accounts.log_in("ann@example.com", "correct horse", HERE)
    accounts.end_all(here.account_id, except_=identity_of(here.token).session_id)
    assert accounts.resolve(there.token) is None
    assert accounts.resolve(here.token)
    accounts.end_all(here.account_id)
    assert accounts.resolve(here.token) is None
    assert accounts.resolve(stranger.token)


@pytest.mark.parametrize(
    "end",
    [
        lambda account, identity: accounts.end_by_token(account.token),
        lambda account, identity: accounts.end(account.account_id, identity.session_id),
        lambda account, identity: accounts.end_all(account.account_id),
        lambda account, identity: accounts.delete_account(account.account_id, "correct horse"),
        lambda account, identity: accounts.reset_password("ann@example.com", "battery staple"),
        lambda account, identity: accounts.change_password(
            account.account_id, identity.session_id, "correct horse", "battery staple"
        ),
    ],
)
async def test_open_tabs_hear_at_once_that_sessions_ended(database, end):
    account = register()
    with notices.mailbox(account.account_id) as mailbox:
        end(account, accounts.resolve(account.token))
        assert await asyncio.wait_for(mailbox.take(), 1) == {"session"}


async def test_open_tabs_hear_of_a_changed_profile(database):
    account_id = register().account_id
    for change in (
        lambda: accounts.change_name(account_id, "New"),
        lambda: accounts.change_email(account_id, "new@example.com", "correct horse"),
        lambda: accounts.set_language(account_id, "zh"),
        lambda: accounts.set_theme(account_id, "dark"),
    ):
        with notices.mailbox(account_id) as mailbox:
            change()
            assert await asyncio.wait_for(mailbox.take(), 1) == {"profile"}


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("", ""),
        (FIREFOX, "Firefox · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605", "Safari · macOS"),
        (
            "Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger/8.0.50", "WeChat · iPhone"),
        ("curl/8.5.0", "curl"),
    ],
)
def test_browsers_are_named_for_their_owner(user_agent, name):
    assert browser_name(user_agent) == name


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("", ""),
        (f"gptchina={'a' * 43}", "a" * 43),
        (f"x=1; gptchina={'a' * 43};y=2", "a" * 43),
        (f"xgptchina={'a' * 43}", ""),
        (f"gptchina={'a' * 42}", ""),
        (f"gptchina={'a' * 44}", ""),
        (f"gptchina={'é' * 43}", ""),
        (f'gptchina="{"a" * 43}"', ""),
        (f"__Host-gptchina={'a' * 43}", ""),
    ],
)
def test_the_cookie_is_read_from_the_header(monkeypatch, tmp_path, header, token):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", "http://localhost:3000")
    get_settings.cache_clear()
    assert accounts.session_token(header) == token
    get_settings.cache_clear()


def test_on_tls_only_the_prefixed_cookie_counts(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", "https://chat.example.com")
    get_settings.cache_clear()
    planted = f"gptchina={'b' * 43}; __Host-gptchina={'a' * 43}"
    assert accounts.session_token(planted) == "a" * 43
    get_settings.cache_clear()

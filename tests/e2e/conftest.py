"""Servers, a browser, and people who use it."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from playwright.sync_api import Error, expect, sync_playwright

from tests.conftest import POSTGRES, execute, postgres_url
from tests.e2e.server import build_pages, served
from tests.e2e.visitor import DESKTOP, PHONE, open_visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.e2e.server import Server

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A name that no policy lets through is not even looked up.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]

expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def pages():
    build_pages()


@pytest.fixture(scope="session")
def server(pages, tmp_path_factory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("server")) as running:
        yield running
        assert_books_are_right(running)


@pytest.fixture(scope="session")
def poor_server(pages, tmp_path_factory) -> Iterator[Server]:
    """A server whose new accounts cannot pay for an answer."""
    with served(tmp_path_factory.mktemp("poor"), START_BALANCE="3") as running:
        yield running
        assert_books_are_right(running)


@pytest.fixture(scope="session")
def postgres_server(pages, tmp_path_factory) -> Iterator[Server]:
    name = f"gptchina_e2e_{uuid.uuid4().hex[:12]}"
    try:
        execute(POSTGRES, f"CREATE DATABASE {name}")
    except psycopg.OperationalError as error:
        pytest.skip(f"PostgreSQL is not reachable: {error}")
    folder = tmp_path_factory.mktemp("postgres")
    with served(folder, DATABASE_URL=postgres_url(name)) as running:
        yield running
        assert_books_are_right(running)
    execute(POSTGRES, f"DROP DATABASE {name} WITH (FORCE)")


def assert_books_are_right(server: Server) -> None:
    """Whatever the journeys did, every token is accounted for."""
    verified = server.command("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


# Playwright keeps an event loop running in the thread, where other modules start their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CANDIDATES)), None)
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        except Error as error:
            pytest.skip(f"No browser: {error.message.splitlines()[0]}")
        yield launched
        launched.close()


@pytest.fixture
def visit(browser):
    """Return a function that brings in a new person with a new browser."""
    visitors = []

    def come(server: Server, **options: object):
        visitor = open_visitor(server, browser, {**DESKTOP, **options})
        visitors.append(visitor)
        return visitor

    yield come
    for visitor in visitors:
        visitor.context.close()
    complaints = [complaint for visitor in visitors for complaint in visitor.verdict()]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def visitor(visit, server):
    """Return somebody at a desk who has no account yet."""
    return visit(server)


@pytest.fixture
def person(visitor):
    """Return somebody at a desk, signed in with an account of their own."""
    visitor.register()
    return visitor


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def anybody(request, visit, server):
    """Return somebody signed in, once at a desk and once on a phone."""
    visitor = visit(server, **request.param)
    visitor.register()
    return visitor

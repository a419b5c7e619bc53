"""The route table, and what every page must and must not hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from reflex_base.components.component import BaseComponent, Component

from gptchina import pages
from gptchina.api import usage
from gptchina.settings import ROOT
from gptchina.state.session import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterator

    import reflex as rx

BY_PATH = {route.path: route for route in pages.ROUTES}
FOR_ACCOUNTS = {
    "/admin",
    "/admin/purchases/[payment_id]",
    "/c/[chat_id]",
    "/receipts/[payment_id]",
    "/settings",
    "/tokens",
    "/usage",
}
FOR_VISITORS = {"/login", "/register"}


@pytest.fixture(scope="module")
def drawn() -> dict[str, rx.Component]:
    return {route.path: route.page() for route in pages.ROUTES}


def components(component: BaseComponent) -> Iterator[BaseComponent]:
    yield component
    for child in component.children:
        yield from components(child)


def code_of(component: rx.Component) -> str:
    return str(component.render())


def test_no_two_routes_share_a_path() -> None:
    assert len(BY_PATH) == len(pages.ROUTES)


def test_every_page_has_a_title_of_its_own() -> None:
    titles = {str(route.title) for route in pages.ROUTES}
    chats = {"/", "/c/[chat_id]"}
    assert len(titles) == len(pages.ROUTES) - len(chats) + 1


@pytest.mark.parametrize("path", sorted(FOR_ACCOUNTS))
def test_pages_of_accounts_are_guarded_before_anything_else_loads(path: str) -> None:
    assert BY_PATH[path].on_load[0] is SessionState.require_account


@pytest.mark.parametrize("path", sorted(FOR_VISITORS))
def test_pages_to_come_in_by_are_guarded_from_those_inside(path: str) -> None:
    assert list(BY_PATH[path].on_load) == [SessionState.require_visitor]


def test_a_new_chat_and_an_old_one_are_the_same_page() -> None:
    assert BY_PATH["/"].page is BY_PATH["/c/[chat_id]"].page


def test_links_lead_to_pages_that_exist(drawn: dict[str, rx.Component]) -> None:
    files = {f"/{file.name}" for file in (ROOT / "assets").iterdir()}
    known = set(BY_PATH) | {"/c/"} | files | {route.path for route in usage.routes}
    pattern = re.compile(r'(?:\bto|href):\s*"(/[^"]*)"')
    led = {path: set(pattern.findall(code_of(page))) for path, page in drawn.items()}
    assert led["/"] >= {"/", "/login", "/register", "/tokens", "/settings"}
    assert {link for links in led.values() for link in links} <= known


def test_no_page_styles_an_element_in_place(drawn: dict[str, rx.Component]) -> None:
    styled = [
        (path, type(each).__name__, each.style)
        for path, page in drawn.items()
        for each in components(page)
        if isinstance(each, Component) and each.style
    ]
    assert styled == []


def test_no_page_needs_eval(drawn: dict[str, rx.Component]) -> None:
    for page in drawn.values():
        assert not re.search(r"\beval\(|_call_script|_call_function|new Function", code_of(page))


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/login", ["Email", "Password", "Log in"]),
        ("/register", ["Name", "Email", "Password", "Create account"]),
        ("/", ["New chat", "Model", "Buy Tokens", "Log out", "Settings"]),
        ("/settings", ["Log out everywhere", "Delete account", "Change password"]),
    ],
)
def test_the_names_others_rely_on_are_there(
    drawn: dict[str, rx.Component], path: str, names: list[str]
) -> None:
    code = code_of(drawn[path])
    assert [name for name in names if f'"{name}"' not in code] == []


def test_the_balance_can_be_read_by_machines(drawn: dict[str, rx.Component]) -> None:
    assert re.search(r'"data-testid":\s*"balance"', code_of(drawn["/"]))
    assert '"data-tokens"' in code_of(drawn["/"])


def test_the_theme_is_set_before_anything_is_drawn() -> None:
    first = pages.head()[0]
    assert 'src:"/theme.js"' in code_of(first).replace(": ", ":")


def test_every_stylesheet_of_the_table_exists() -> None:
    assert [name for name in pages.STYLESHEETS if not (ROOT / f"assets{name}").is_file()] == []

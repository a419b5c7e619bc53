"""A small screen and a finger."""

import pytest
from playwright.sync_api import expect

from tests.e2e.visitor import PHONE

NARROW = {**PHONE, "viewport": {"width": 360, "height": 740}}


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("path", ["/", "/login", "/register", "/nowhere"])
def test_no_page_for_visitors_scrolls_sideways(visit, server, path, language):
    visitor = visit(server, **{**NARROW, "locale": language})
    visitor.accept("status of 404")
    visitor.goto(path)
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    assert not visitor.spills()


@pytest.mark.parametrize("path", ["/", "/tokens", "/settings", "/pricing", "/guide"])
def test_no_page_for_accounts_reaches_out_of_its_frame(visit, server, path):
    visitor = visit(server, **NARROW)
    visitor.register("王" * 80, path)
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    assert not visitor.spills()


def test_a_wide_answer_scrolls_within_itself(visit, server):
    visitor = visit(server, **NARROW)
    visitor.register()
    visitor.ask(f"Show me some code {'x' * 400}")
    visitor.ask("[demo length=900 delay=0] everything that Markdown has")
    assert not visitor.spills()


def test_the_drawer_opens_and_closes(visit, server):
    visitor = visit(server, **PHONE)
    visitor.register()
    expect(visitor.button("New chat")).not_to_be_in_viewport()
    visitor.button("Open the sidebar").tap()
    expect(visitor.button("New chat")).to_be_in_viewport()
    visitor.page.get_by_role("link", name="Balance").tap()
    visitor.page.wait_for_url("**/tokens")
    expect(visitor.button("New chat")).not_to_be_in_viewport()


def test_enter_begins_a_line_and_the_button_sends(visit, server):
    visitor = visit(server, **PHONE)
    visitor.register()
    visitor.message.press_sequentially("What is")
    visitor.message.press("Enter")
    visitor.message.press_sequentially("3 + 4?")
    expect(visitor.message).to_have_value("What is\n3 + 4?")
    visitor.button("Send").tap()
    expect(visitor.answers).to_contain_text("7")


def test_what_is_tapped_is_large_enough(visit, server):
    visitor = visit(server, **PHONE)
    visitor.register()
    for name in ("Open the sidebar", "Start a new chat", "Send"):
        box = visitor.button(name).bounding_box()
        assert box, name
        assert min(box["width"], box["height"]) >= 44, (name, box)

"""Text that attacks the page: from a model, from a message, from a name."""

import pytest
from playwright.sync_api import expect

from tests.e2e.hostile_model import PAYLOAD, hostile_model
from tests.e2e.server import served

NAME = "<img src=x onerror=window.attacked=1>"
ELEMENTS = "script, iframe, form, style, svg[onload], [onerror], [ontoggle], img"


@pytest.fixture(scope="module")
def hostile_server(pages, tmp_path_factory):
    with (
        hostile_model() as address,
        served(
            tmp_path_factory.mktemp("hostile"), OPENAI_BASE_URL=address, OPENAI_API_KEY="sk-test"
        ) as running,
    ):
        yield running


def assert_nothing_ran(visitor):
    assert visitor.page.evaluate("window.attacked") is None
    assert visitor.page.locator(".transcript").locator(ELEMENTS).count() == 0
    links = visitor.page.locator(".transcript a").evaluate_all("all => all.map(a => a.href)")
    assert not [link for link in links if not link.startswith(("http:", "https:"))]
    expect(visitor.page.locator("body")).to_be_visible()


def test_a_streamed_answer_does_not_run_and_neither_does_the_stored_one(visit, hostile_server):
    visitor = visit(hostile_server)
    visitor.register(NAME)
    expect(visitor.page.get_by_role("heading", name=f"Hello, {NAME}")).to_be_visible()
    answer = visitor.ask(PAYLOAD)
    expect(answer).to_contain_text("The end of it.")
    assert_nothing_ran(visitor)
    visitor.page.reload()
    expect(visitor.answers).to_contain_text("The end of it.")
    expect(visitor.questions).to_contain_text("<script>window.attacked = 1</script>")
    assert_nothing_ran(visitor)
    for link in visitor.page.locator(".transcript a").all():
        assert link.get_attribute("rel")


def test_a_separate_server_is_used_by_address_and_key_alone(visit, hostile_server):
    visitor = visit(hostile_server)
    visitor.register()
    answer = visitor.ask("hello")
    cost = int(answer.get_attribute("data-cost") or "0")
    assert cost > 0
    expect(visitor.balance).to_have_attribute("data-tokens", str(20_000 - cost))
    expect(visitor.page.get_by_text("built-in demo model")).to_have_count(0)

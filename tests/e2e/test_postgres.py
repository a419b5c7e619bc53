"""The same on PostgreSQL, in one walk through everything that stores."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.postgres


def test_registering_chatting_claiming_and_deleting(visit, postgres_server):
    person = visit(postgres_server)
    person.register("王")
    costs = [int(person.ask(text).get_attribute("data-cost") or "0") for text in ("hello", "你好")]
    person.button("Claim 20,000 Tokens").click()
    expect(person.balance).to_have_attribute("data-tokens", str(40_000 - sum(costs)))
    person.send("[demo length=2000 delay=30] Stop me")
    expect(person.answers.last.locator(".markdown")).to_be_visible()
    person.page.reload()
    expect(person.answers.last).to_have_attribute("data-status", "streaming")
    person.button("Stop").click(delay=600)
    expect(person.answers.last).to_have_attribute("data-status", "stopped")
    expect(person.button(re.compile(r"^Claim in 23h"))).to_be_disabled()

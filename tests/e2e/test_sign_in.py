"""Coming in, and going out again."""

import re

from playwright.sync_api import expect

from tests.e2e.visitor import PASSWORD


def fill(visitor, **fields):
    for label, value in fields.items():
        visitor.page.get_by_role("textbox", name=label, exact=True).fill(value)


def test_somebody_registers_with_a_name_of_one_han_character(visitor):
    visitor.goto("/")
    visitor.page.get_by_role("link", name="Create account").first.click()
    fill(visitor, Name="李", Email="li.one@example.com", Password=PASSWORD)
    visitor.button("Create account").click()
    expect(visitor.message).to_be_focused()
    expect(visitor.page.get_by_role("heading", name="Hello, 李")).to_be_visible()
    expect(visitor.balance).to_have_attribute("data-tokens", "20000")
    cookies = visitor.context.cookies()
    assert [(c["name"], c["httpOnly"], c["sameSite"]) for c in cookies] == [
        ("gptchina", True, "Lax")
    ]


def test_a_refused_registration_says_why_at_the_field_and_keeps_what_was_typed(visitor):
    visitor.accept("status of 4")
    visitor.goto("/register")
    fill(visitor, Name="Wang", Email="wang@example", Password="short")
    visitor.button("Create account").click()
    email = visitor.page.get_by_role("textbox", name="Email", exact=True)
    expect(email).to_have_accessible_description("Please enter a valid e-mail address.")
    expect(email).to_be_focused()
    email.fill("wang@example.com")
    visitor.button("Create account").click()
    password = visitor.page.get_by_role("textbox", name="Password", exact=True)
    expect(password).to_have_accessible_description(
        re.compile("Please choose a password of at least 8 characters.")
    )
    expect(password).to_have_value("short")
    expect(visitor.page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Wang")


def test_a_taken_address_is_said_at_the_field(visit, server):
    taken = visit(server)
    taken.register()
    other = visit(server)
    other.accept("status of 4")
    other.goto("/register")
    fill(other, Name="Other", Email=taken.email.upper(), Password=PASSWORD)
    other.button("Create account").click()
    expect(other.page.get_by_text("There is already an account with this e-mail")).to_be_visible()


def test_somebody_logs_in_after_a_wrong_password(visit, server):
    known = visit(server)
    known.register("Zhang")
    visitor = visit(server)
    visitor.accept("status of 401")
    visitor.goto("/login")
    fill(visitor, Email=known.email, Password="wrong horse battery")
    visitor.button("Log in").click()
    expect(visitor.page.get_by_role("alert").first).to_have_text("E-mail or password is not right.")
    expect(visitor.page.get_by_role("textbox", name="Email", exact=True)).to_have_value(known.email)
    password = visitor.page.get_by_role("textbox", name="Password", exact=True)
    expect(password).to_have_value("wrong horse battery")
    password.fill(PASSWORD)
    password.press("Enter")
    expect(visitor.page.get_by_role("heading", name="Hello, Zhang")).to_be_visible()


def test_a_guarded_page_asks_to_log_in(visitor):
    visitor.goto("/settings")
    visitor.page.wait_for_url(re.compile("/login"))
    expect(visitor.button("Log in")).to_be_visible()


def test_a_page_to_come_in_by_sends_a_signed_in_person_to_the_chat(person):
    person.goto("/login")
    expect(person.message).to_be_visible()


def test_a_next_page_on_another_site_is_not_followed(visit, server):
    known = visit(server)
    known.register()
    visitor = visit(server)
    visitor.goto("/login?next=//evil.example/path")
    fill(visitor, Email=known.email, Password=PASSWORD)
    visitor.button("Log in").click()
    expect(visitor.message).to_be_visible()
    assert visitor.page.url.startswith(server.url)


def test_logging_out_ends_the_session(person):
    person.button(re.compile("李")).click()
    person.page.get_by_role("menuitem", name="Log out").click()
    person.page.wait_for_url(re.compile("/login"))
    expect(person.button("Log in")).to_be_visible()
    assert person.context.cookies() == []
    person.goto("/settings")
    person.page.wait_for_url(re.compile("/login"))

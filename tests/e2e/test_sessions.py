"""One account on two devices."""

import re

from playwright.sync_api import expect

from tests.e2e.visitor import PASSWORD


def test_logging_out_everywhere_throws_every_device_out_at_once(visit, server):
    first = visit(server)
    first.register()
    second = visit(server)
    second.log_in(first.email)
    first.ask("Something private")
    second.page.get_by_role("link", name="Something private").click()
    expect(second.answers).to_have_attribute("data-status", "done")
    for device in (first, second):
        # A socket that is on its way when its page goes is a word in the console.
        device.accept("WebSocket")
    first.goto("/settings")
    first.button("Log out everywhere").click()
    for device in (first, second):
        device.page.wait_for_url(re.compile("/login"))
        expect(device.button("Log in")).to_be_visible()
        expect(device.page.get_by_text("Something private")).to_have_count(0)
        device.goto("/tokens")
        device.page.wait_for_url(re.compile("/login"))


def test_logging_one_device_out_leaves_the_other(visit, server):
    first = visit(server)
    first.register(path="/settings")
    second = visit(server)
    second.accept("WebSocket")
    second.log_in(first.email)
    expect(second.message).to_be_visible()
    first.page.reload()
    first.page.get_by_role("button", name=re.compile("^Log out Chrom")).click()
    second.page.wait_for_url(re.compile("/login"))
    first.goto("/")
    expect(first.message).to_be_visible()


def test_the_next_person_in_a_tab_sees_nothing_of_the_one_before(visit, server):
    tab = visit(server)
    tab.register("Former")
    tab.ask("Something private")
    tab.button(re.compile("Former")).click()
    tab.page.get_by_role("menuitem", name="Log out").click()
    tab.page.wait_for_url(re.compile("/login"))
    frames = []
    tab.page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))),
    )
    tab.register("Next")
    expect(tab.page.get_by_role("heading", name="Hello, Next")).to_be_visible()
    expect(tab.page.get_by_text("Your chats will be listed here.")).to_be_visible()
    assert any("Next" in frame for frame in frames)
    assert not [frame for frame in frames if "Something private" in frame or "Former" in frame]


def test_a_name_a_password_and_the_account_are_changed(visit, server):
    person = visit(server)
    person.register("Old name", "/settings")
    name = person.page.get_by_role("textbox", name="Name", exact=True)
    name.fill("新")
    person.button("Save").click()
    expect(person.button(re.compile("新"))).to_be_visible()
    current = person.page.locator("#password-password")
    current.fill("not my password")
    person.page.locator("#password-new_password").fill("another good password")
    person.button("Change password").click()
    expect(person.page.get_by_text("The password is not right.")).to_be_visible()
    expect(current).to_have_value("not my password")
    current.fill(PASSWORD)
    person.button("Change password").click()
    expect(person.page.get_by_text("Saved")).to_be_visible()
    person.accept("WebSocket")
    person.button("Delete account…").click()
    dialog = person.page.get_by_role("dialog", name="Delete your account?")
    dialog.get_by_label("Current password").fill("another good password")
    dialog.get_by_role("button", name="Delete account").click()
    person.page.wait_for_url(re.compile("/login"))
    person.accept("status of 401")
    person.page.get_by_role("textbox", name="Email").fill(person.email)
    person.page.get_by_role("textbox", name="Password").fill("another good password")
    person.button("Log in").click()
    expect(person.page.get_by_text("E-mail or password is not right.")).to_be_visible()

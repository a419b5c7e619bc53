"""Writing a message: keys, input methods and drafts."""

from playwright.sync_api import expect


def test_enter_sends_and_shift_enter_begins_a_line(person):
    person.message.press_sequentially("What is")
    person.message.press("Shift+Enter")
    person.message.press_sequentially("3 + 4?")
    expect(person.message).to_have_value("What is\n3 + 4?")
    person.message.press("Enter")
    expect(person.questions).to_have_text("What is\n3 + 4?", use_inner_text=True)
    expect(person.message).to_have_value("")
    expect(person.answers).to_contain_text("7")


def test_enter_that_chooses_a_character_does_not_send(person):
    person.message.focus()
    keyboard = person.context.new_cdp_session(person.page)
    composition = {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6}
    keyboard.send("Input.imeSetComposition", composition)
    expect(person.message).to_have_value("ni hao")
    enter = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keyboard.send("Input.insertText", {"text": "你好"})
    expect(person.message).to_have_value("你好")
    expect(person.questions).to_have_count(0)
    person.message.press("Enter")
    expect(person.questions).to_have_text("你好")


def test_enter_during_a_composition_does_not_send(person):
    """As browsers report it which give the key its own name."""
    person.message.fill("你")
    person.message.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    expect(person.message).to_have_value("你")
    expect(person.questions).to_have_count(0)


def test_a_draft_is_kept_for_each_chat(person):
    person.ask("hello")
    person.message.fill("A thought for later")
    chat = person.page.url
    person.button("New chat").click()
    expect(person.message).to_have_value("")
    person.message.fill("Another thought")
    person.page.reload()
    expect(person.message).to_have_value("Another thought")
    person.page.goto(chat)
    expect(person.message).to_have_value("A thought for later")


def test_what_the_server_refuses_comes_back_into_the_box(person):
    person.ask("hello")
    second = person.context.new_page()
    second.goto(person.page.url)
    expect(second.get_by_role("textbox", name="Message")).to_be_visible()
    # The chat is deleted elsewhere while its page has not heard of it yet.
    person.page.route_web_socket("**/live/account", lambda socket: None)
    person.page.reload()
    expect(person.answers).to_have_count(1)
    second.get_by_role("link", name="hello").hover()
    second.get_by_role("button", name="Options of hello").click()
    second.get_by_role("menuitem", name="Delete").click()
    second.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(second.get_by_text("Your chats will be listed here.")).to_be_visible()
    person.send("Not to be lost")
    expect(person.page.get_by_text("This does not exist any more.")).to_be_visible()
    expect(person.message).to_have_value("Not to be lost")


def test_a_starter_prompt_fills_the_box(person):
    person.page.get_by_text("Explain how large language models work").click()
    expect(person.message).to_have_value("Explain how large language models work")
    expect(person.message).to_be_focused()


def test_nothing_is_sent_twice(person):
    person.message.fill("Only once")
    person.button("Send").dblclick()
    expect(person.answers).to_have_attribute("data-status", "done")
    expect(person.questions).to_have_count(1)
    expect(person.answers).to_have_count(1)

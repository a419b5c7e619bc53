"""What an answer's Markdown becomes, and what it can never do."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HOSTILE = """\
<script>alert(1)</script>

<img src=x onerror="alert(2)"> and <b onclick="alert(3)">bold</b>

<iframe src="javascript:alert(4)"></iframe>

[a](javascript:alert(5)) [b](JaVaScRiPt:alert(6)) [c](data:text/html,<script>alert(7)</script>)
[d](vbscript:x) [e](&#106;avascript:alert(8)) [f](java\tscript:alert(9)) [g](//evil.example/x)
[h](/settings) [i](file:///etc/passwd) [j](blob:x)

<javascript:alert(10)> <https://example.org/auto> www.example.org/www someone@example.org

![picture](https://evil.example/pixel.png) ![own](/favicon.svg) ![bad](javascript:alert(11))
![ref][r]

[r]: https://evil.example/ref.png "t"

[x]: javascript:alert(12)

[reference][x] <a href="https://evil.example" onmouseover=alert(13)>raw</a>

| <script>alert(14)</script> | b |
|---|---|
| [k](javascript:alert(15)) | <svg onload=alert(16)> |

```html
<script>alert(17)</script>
```

```"><img src=x onerror=alert(18)>
code
```

<style>body{display:none}</style>
"""


def test_nothing_in_an_answer_runs_loads_or_leads_astray(trial, chat):
    parts = [HOSTILE[i : i + 9] for i in range(0, len(HOSTILE), 9)]
    trial.answer([(i * 0.004, "t", part) for i, part in enumerate(parts)])
    chat.send("<img src=x onerror=alert(0)><script>alert(0)</script>")
    answer = chat.ended()
    expect(answer.locator("pre").first).to_contain_text("<script>alert(17)</script>")
    forbidden = "script, iframe, img, svg:not(.icon), style, b, [onerror], [onclick], [onload]"
    assert answer.locator(forbidden).count() == 0
    links = answer.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert sorted(set(links)) == [
        "http://www.example.org/www",
        "https://evil.example/pixel.png",
        "https://evil.example/ref.png",
        "https://example.org/auto",
        "mailto:someone@example.org",
    ]
    for link in answer.locator("a").all():
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
        assert link.get_attribute("target") == "_blank"
    expect(chat.page.locator("[data-role=user]")).to_contain_text("<script>alert(0)</script>")
    # The same text as history, read in one piece, is as harmless.
    chat.page.get_by_role("button", name="Elsewhere").click()
    expect(chat.page.get_by_role("heading", name="Settings")).to_be_visible()
    chat.page.go_back()
    expect(answer.locator("pre").first).to_contain_text("alert(17)")
    assert answer.locator(forbidden).count() == 0


def test_blocks_of_every_kind_are_drawn(trial, chat):
    text = (
        "# Head\n\n1. one\n\n   ```sh\n   ls -l\n\n   pwd\n   ```\n\n2. two\n\n   more of two\n\n"
        "- [x] done\n- [ ] open\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n> quoted\n\n"
        "See [the site][s] and a note[^1].\n\n[s]: https://example.org/s\n\n[^1]: Small print.\n\n"
        "````md\n```js\ninner\n```\n````\n\n~~gone~~ and **bold** & <b>not bold</b>\n"
    )
    trial.answer([(i * 0.01, "t", text[i * 5 : i * 5 + 5]) for i in range(len(text) // 5 + 1)])
    chat.send("Everything")
    answer = chat.ended()
    expect(answer.locator("h1")).to_have_text("Head")
    expect(answer.locator("ol > li")).to_have_count(3)  # two items and the footnote
    expect(answer.locator("ol > li pre").first).to_have_text("ls -l\n\npwd")
    expect(answer.locator("ol > li").nth(1)).to_contain_text("more of two")
    expect(answer.locator("input[type=checkbox]")).to_have_count(2)
    expect(answer.locator(".table-scroll td").nth(1)).to_have_text("2")
    expect(answer.locator("blockquote")).to_have_text("quoted")
    link = answer.get_by_role("link", name="the site")
    expect(link).to_have_attribute("href", "https://example.org/s")
    expect(answer.get_by_text("Small print.")).to_be_visible()
    expect(answer.locator("pre").last).to_have_text("```js\ninner\n```")
    expect(answer.locator("del")).to_have_text("gone")
    expect(answer.get_by_text("<b>not bold</b>")).to_be_visible()


def test_code_has_its_language_colours_and_a_copy_button(trial, chat, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    trial.answer("Look:\n\n```python\ndef f(x):\n    return 'é😀'\n```\n\nDone.")
    chat.send("Code")
    block = chat.ended().locator(".code-block")
    expect(block.locator(".code-language")).to_have_text("python")
    expect(block.locator(".hljs-keyword").first).to_have_text("def")
    block.get_by_role("button", name="Copy code").click()
    expect(block.get_by_role("button", name="Copied")).to_be_visible()
    copied = chat.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == "def f(x):\n    return 'é😀'"
    chat.answer.get_by_role("button", name="Copy answer").click()
    expect(chat.answer.locator("footer [data-result=done]")).to_be_visible()
    whole = chat.page.evaluate("() => navigator.clipboard.readText()")
    assert whole.startswith("Look:\n\n```python\n")


def test_an_open_block_of_code_is_shown_as_it_grows(trial, chat):
    text = "```js\nlet a = 1;\nlet b = 2;\n```"
    trial.answer([(0, "t", text[:16]), (0.6, "t", text[16:28]), (1.2, "t", text[28:])])
    chat.send("Code")
    code = chat.answer.locator("pre")
    expect(code).to_have_text("let a = 1;")
    expect(chat.answer.locator(".hljs-keyword")).to_have_count(0)
    chat.ended()
    expect(code).to_have_text("let a = 1;\nlet b = 2;")
    expect(chat.answer.locator(".hljs-keyword")).to_have_count(2)


def test_a_paragraph_does_not_flash_as_a_heading_when_a_list_begins(trial, chat):
    chat.page.evaluate(
        """() => {
          window.headings = 0;
          new MutationObserver(() => { window.headings += document.querySelectorAll("h2").length; })
            .observe(document.querySelector(".transcript"), { childList: true, subtree: true });
        }"""
    )
    trial.answer([(0, "t", "Para"), (0.3, "t", "graph\n-"), (0.6, "t", " item")])
    chat.send("List")
    expect(chat.ended().locator("li")).to_have_text("item")
    assert chat.page.evaluate("() => window.headings") == 0


def test_a_paragraph_of_a_hundred_kilobytes_arrives_whole(trial, chat):
    text = "word and *word* " * 6400
    step = 4096
    count = len(text) // step + 1
    trial.answer([(i * 0.04, "t", text[i * step : (i + 1) * step]) for i in range(count)])
    chat.send("Long")
    chat.ended()
    expect(chat.answer.locator("em")).to_have_count(6400)

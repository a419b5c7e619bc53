"""What the documentation says is so."""

from __future__ import annotations

import re
import shlex
from enum import Enum
from itertools import chain

import pytest
from pydantic import SecretStr

from gptchina.api import accounts, health, webhooks
from gptchina.cli import parser
from gptchina.domain import ledger
from gptchina.domain.config_file import load_file
from gptchina.settings import ROOT, Settings

PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/production.md", "docs/money.md")
MOST_BYTES = 150_000
FOLDERS = "alembic|assets|docs|gptchina|scripts|tests"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, without the indentation of a list."""
    fenced = re.compile(rf"^( *)```{language}\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
    return [
        re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)
        for indent, body in fenced.findall(read(name))
    ]


def lines(name: str) -> list[str]:
    """Return the lines of all shell examples, without what they explain."""
    shown = chain.from_iterable(block.splitlines() for block in blocks(name, "sh"))
    return [re.sub(r"\s+# .*$", "", line) for line in shown]


def inline(name: str) -> list[str]:
    """Return everything between single backquotes, outside fenced blocks."""
    text = re.sub(r"^ *```.*?^ *```$", "", read(name), flags=re.MULTILINE | re.DOTALL)
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", text)]


def default(name: str) -> str:
    """Return a setting's default as it is written in `.env`."""
    value = Settings.model_fields[name].get_default()
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else value)


DEFAULTS = {name.upper(): default(name) for name in Settings.model_fields}


def test_the_table_of_settings_is_that_of_the_program():
    section = read("README.md").partition("\n## Configuration\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| ?(?:`([^`]*)`)? ?\| (.+) \|$", section, re.MULTILINE)
    assert {name: value for name, value, _ in rows} == DEFAULTS
    in_the_example = re.findall(r"^([A-Z_]+)=", read(".env.example"), re.MULTILINE)
    assert [name for name, _, _ in rows] == in_the_example


def test_the_example_has_the_defaults():
    written = re.findall(r"^([A-Z_]+)=(.*)$", read(".env.example"), re.MULTILINE)
    assert dict(written) == DEFAULTS


@pytest.mark.parametrize("page", PAGES)
def test_only_settings_of_the_program_are_set(page):
    named = [line.partition("=")[0] for line in lines(page) if re.match(r"[A-Z_]+=", line)]
    assert set(named) <= set(DEFAULTS)


def test_make_has_the_commands_and_they_are_all_told():
    targets = set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.MULTILINE))
    table = re.findall(r"^\| `make ([a-z-]+)` \|", read("CONTRIBUTING.md"), re.MULTILINE)
    assert set(table) == targets
    said = chain.from_iterable([*inline(page), *lines(page)] for page in PAGES)
    named = [match[1] for text in said if (match := re.match(r"make ([a-z-]+)", text))]
    assert set(named) <= targets


def commands(page: str) -> list[list[str]]:
    return [
        shlex.split(match[1])
        for line in lines(page)
        if (match := re.match(r"(?:\.venv/bin/)?gptchina (.+)", line))
    ]


def test_every_command_shown_is_understood():
    shown = [command for page in PAGES for command in commands(page)]
    assert len(shown) > 10
    for command in shown:
        parser().parse_args(command)


def test_every_command_of_the_operator_is_shown():
    """Those for development alone are `make`'s."""
    shown = {
        " ".join(word for word in command[:2] if re.fullmatch("[a-z-]+", word))
        for command in commands("README.md")
    }
    assert shown == {
        "serve",
        "build",
        "users list",
        "users create",
        "users reset-password",
        "users grant-tokens",
        "codes make",
        "ledger verify",
        "ledger sweep",
        "payments reconcile",
        "payments audit",
        "db backup",
        "db migrate",
    }


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_a_sentence_exist(page):
    for said in inline(page):
        if match := re.fullmatch(r"gptchina ((?:[a-z-]+ ?)+)", said):
            with pytest.raises(SystemExit) as ended:
                parser().parse_args([*match[1].split(), "--help"])
            assert ended.value.code == 0, said


@pytest.mark.parametrize("page", PAGES)
def test_what_is_linked_and_named_is_there(page):
    folder = (ROOT / page).parent
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", read(page))
    linked += re.findall(r'<img src="([^"]+)"', read(page))
    missing = [name for name in linked if not (folder / name).exists()]
    named = [name for name in inline(page) if re.match(rf"(?:{FOLDERS})/", name)]
    missing += [name for name in named if not list(ROOT.glob(name.rstrip("/")))]
    assert missing == []


def test_pictures_are_small_and_all_are_shown():
    pictures = sorted((ROOT / "docs" / "screenshots").iterdir())
    assert pictures
    assert [
        file.name for file in pictures if f"docs/screenshots/{file.name}" not in read(PAGES[0])
    ] == []
    assert [file.name for file in pictures if file.stat().st_size >= MOST_BYTES] == []


def test_the_addresses_named_are_routes():
    routes = {route.path for route in [*accounts.routes, *health.routes, *webhooks.routes]}
    named = {said for page in PAGES for said in inline(page) if said.startswith("/api/")}
    assert {"/api/health", "/api/ready"} <= named <= routes


def test_the_models_shown_can_be_read(tmp_path):
    shown = blocks("README.md", "yaml")
    assert shown
    for number, block in enumerate(shown):
        file = tmp_path / f"{number}.yaml"
        file.write_text(block, encoding="utf-8")
        assert load_file(file).models


def test_the_promises_told_are_those_that_are_checked():
    told = re.findall(r"^\| (I\d+) \| (.+) \|$", read("docs/money.md"), re.MULTILINE)
    assert told == list(ledger.PROMISES)

"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gptchina.cli import texts
from gptchina.settings import ROOT, Settings

if TYPE_CHECKING:
    from pathlib import Path

MODULE_LINES = 300
TEST_LINES = 600
FUNCTION_LINES = 40
COMPONENT_LINES = 50
STATE_VARS = 10
STATE_HANDLERS = 12
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
# Money is counted in whole tokens and computed with Decimal; a float would lose some.
MONEY = (
    "gptchina/domain/claims",
    "gptchina/domain/codes",
    "gptchina/domain/estimates",
    "gptchina/domain/ledger",
    "gptchina/domain/payments",
    "gptchina/domain/pricing",
    "gptchina/domain/referrals",
    "gptchina/domain/spending",
    "gptchina/domain/usage",
)
PRICES = "pricing"
TEXT_FILES = {".py", ".js", ".jsx", ".mjs", ".css", ".md", ".toml", ".yaml", ".json", ".lock", ""}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), str(path))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize(("folder", "limit"), [("gptchina", MODULE_LINES), ("tests", TEST_LINES)])
def test_modules_are_short(folder, limit):
    too_long = {
        shown(path): count
        for path in sources(folder)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > limit
    }
    assert too_long == {}


def test_functions_are_short():
    too_long = {}
    for path in sources("gptchina"):
        drawn = path.parent.name in {"components", "pages"}
        limit = COMPONENT_LINES if drawn else FUNCTION_LINES
        too_long |= {
            f"{shown(path)}:{node.name}": length(node)
            for node in functions(path)
            if length(node) > limit
        }
    assert too_long == {}


def test_modules_say_in_one_line_what_they_hold():
    silent = [
        shown(path)
        for path in sources("gptchina", "alembic", "scripts")
        if not (ast.get_docstring(tree(path)) or "").strip()
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing():
    everywhere = sources("gptchina", "tests", "scripts")
    assert [shown(path) for path in everywhere if {path.stem, path.parent.name} & VAGUE] == []


def states() -> list[tuple[str, ast.ClassDef]]:
    return [
        (f"{shown(path)}:{node.name}", node)
        for path in sources("gptchina/state")
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and any("State" in ast.unparse(b) for b in node.bases)
    ]


def test_states_are_small():
    assert states()
    too_big = {}
    for name, node in states():
        public_vars = [
            item.target.id
            for item in node.body
            if isinstance(item, ast.AnnAssign)
            and isinstance(item.target, ast.Name)
            and not item.target.id.startswith("_")
        ]
        handlers = [
            item.name
            for item in node.body
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
            and not item.name.startswith("_")
            and not any("var" in ast.unparse(decorator) for decorator in item.decorator_list)
        ]
        if len(public_vars) > STATE_VARS or len(handlers) > STATE_HANDLERS:
            too_big[name] = (len(public_vars), len(handlers))
    assert too_big == {}


def test_every_public_method_of_a_state_is_meant_as_an_endpoint():
    """Reflex exposes any public method to the browser; the decorator says it was on purpose."""
    unmarked = [
        f"{name}.{item.name}"
        for name, node in states()
        for item in node.body
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
        and not item.name.startswith("_")
        and not any(
            mark in ast.unparse(decorator)
            for decorator in item.decorator_list
            for mark in ("event", "var")
        )
    ]
    assert unmarked == []


def test_only_the_engine_commits():
    committing = {
        shown(path)
        for path in sources("gptchina")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "begin_nested"}
    }
    assert committing <= {"gptchina/db/engine.py"}


def test_money_is_never_a_float():
    paths = [
        path
        for path in sources("gptchina/domain")
        if shown(path).removesuffix(".py").startswith(MONEY)
    ]
    assert paths
    floats = [
        f"{shown(path)}:{getattr(node, 'lineno', '?')}"
        for path in paths
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        # Whole numbers divide into a float. Prices are Decimals, which do not.
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and path.stem != PRICES)
    ]
    assert floats == []


@pytest.mark.parametrize("room", ["settings", "db", "providers", "domain", "standins"])
def test_what_the_program_knows_loads_without_reflex(room):
    program = (
        "import importlib, pkgutil, sys\n"
        f"room = importlib.import_module('gptchina.{room}')\n"
        "names = pkgutil.walk_packages(getattr(room, '__path__', []), room.__name__ + '.')\n"
        "[importlib.import_module(each.name) for each in names if '__main__' not in each.name]\n"
        "sys.exit('reflex' in sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_every_text_has_a_chinese_translation():
    assert texts.source_texts()
    assert texts.untranslated(texts.catalog_of("zh_CN")) == []


def test_translations_mention_the_same_values_as_the_texts():
    value = re.compile(r"\{(\w+)\}")
    wrong = [
        message.id
        for message in texts.catalog_of("zh_CN")
        if message.id
        and set(value.findall(str(message.id))) != set(value.findall(str(message.string)))
    ]
    assert wrong == []


def test_the_example_names_every_setting():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return [path for name in listed if name and (path := ROOT / name).is_file()]


def test_files_name_no_registry_and_no_machine():
    """A lock with addresses in it works only where those can be reached."""
    hosts = [
        "registry." + "npmjs",
        "registry." + "npmmirror",
        "pypi." + "org",
        "files.python" + "hosted",
    ]
    paths = ["/" + "home/", "/" + "root/", "/" + "work/", "/" + "Users/"]
    # A folder of that name may follow another one; only a path from the root names a machine.
    machine = re.compile("|".join(rf"(?<![\w./~-]){re.escape(path)}\w" for path in paths))
    found = []
    for path in tracked_files():
        if path.suffix in TEXT_FILES:
            text = path.read_text(encoding="utf-8")
            found += [f"{shown(path)}: {host}" for host in hosts if host in text]
            found += [f"{shown(path)}: {match.group()}" for match in machine.finditer(text)]
    assert found == []


def test_secrets_and_what_is_made_are_not_tracked():
    names = {shown(path) for path in tracked_files()}
    made = (".env", "assets/catalog.js", "data/", "build/", ".web/", ".venv/")
    assert [name for name in names if name.startswith(made) and name != ".env.example"] == []

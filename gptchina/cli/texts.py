"""Translations: from the sources to the `.po` catalogues, and from those to the browser."""

from __future__ import annotations

import ast
import json
from io import BytesIO
from typing import TYPE_CHECKING

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from gptchina.settings import ROOT
from gptchina.texts import LANGUAGES, LOCALES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from . import Subparsers

BROWSER_CATALOG = ROOT / "assets" / "catalog.js"

# Where a text stands in a call: t("…") and tell(state, "…") in Python, translate(language, "…") in
# JavaScript and where Python writes to people itself.
KEYWORDS = {"t": None, "tell": (2,), "translate": (2,)}
SOURCES = {
    "gptchina/**/*.py": "python",
    "gptchina/**/*.jsx": "javascript",
    "assets/*.js": "javascript",
    "assets/*.jsx": "javascript",
}
# Tables of texts that a page looks up by a code: `MESSAGES = {"wrong_password": "…"}`.
TABLES = {"MESSAGES", "STATUS_NAMES", "METHOD_NAMES", "BRAND_NAMES"}
FOLDERS_OF_TABLES = {ROOT / "gptchina" / "state", ROOT / "gptchina" / "domain" / "payments"}


def add(subparsers: Subparsers) -> None:
    """Add `texts`."""
    command = subparsers.add_parser("texts", help="make the translations the browser loads")
    command.add_argument(
        "--update", action="store_true", help="first bring new texts into the catalogues"
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compile the catalogues, after an update if wished; print what lacks a translation."""
    if arguments.update:
        update_catalogs()
    compile_texts()
    for language, locale in LANGUAGES.items():
        missing = untranslated(catalog_of(locale))
        print(f"{language}: {len(missing)} of {len(source_texts())} texts lack a translation")
        for text in missing:
            print(f"  {text}")
    return 0


def compile_texts() -> bool:
    """Write the catalogue the browser loads; return whether it changed."""
    texts = {
        language: {
            str(message.id): str(message.string)
            for message in catalog_of(locale)
            if message.id and message.string and not message.fuzzy
        }
        for language, locale in LANGUAGES.items()
    }
    body = json.dumps(texts, ensure_ascii=False, indent=1, sort_keys=True)
    script = f"// Made from the .po files by `gptchina texts`.\nexport const catalog = {body};\n"
    if BROWSER_CATALOG.exists() and BROWSER_CATALOG.read_text(encoding="utf-8") == script:
        return False
    BROWSER_CATALOG.write_text(script, encoding="utf-8")
    return True


def update_catalogs() -> None:
    """Bring every text of the sources into the catalogues; drop what is gone."""
    wanted = Catalog(charset="utf-8")
    for text, places in sorted(source_texts().items()):
        wanted.add(text, locations=[(place, 1) for place in sorted(places)])
    for locale in LANGUAGES.values():
        catalog = catalog_of(locale)
        catalog.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        output = BytesIO()
        write_po(output, catalog, sort_output=True, width=100, include_lineno=False)
        path = _path(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(output.getvalue())


def catalog_of(locale: str) -> Catalog:
    """Return the catalogue of a locale, empty if there is none yet."""
    path = _path(locale)
    if not path.exists():
        return Catalog(locale=locale, project="GPTChina", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts of the sources that the catalogue has no translation for."""
    known = {str(message.id) for message in catalog if message.string and not message.fuzzy}
    return sorted(set(source_texts()) - known)


def source_texts() -> dict[str, set[str]]:
    """Return every English text of the interface, with the files it stands in."""
    found: dict[str, set[str]] = {}
    for pattern, method in SOURCES.items():
        for path in sorted(ROOT.glob(pattern)):
            if path == BROWSER_CATALOG:
                continue
            place = path.relative_to(ROOT).as_posix()
            for text in _texts_of(path, method):
                found.setdefault(text, set()).add(place)
    return found


def _texts_of(path: Path, method: str) -> Iterator[str]:
    source = path.read_bytes()
    for _line, message, _comments, _context in extract(method, BytesIO(source), KEYWORDS):
        if isinstance(message, str):
            yield message
    if path.parent in FOLDERS_OF_TABLES:
        yield from _table_texts(source)


def _table_texts(source: bytes) -> Iterator[str]:
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        if names & TABLES:
            for value in getattr(getattr(node, "value", None), "values", []):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value


def _path(locale: str) -> Path:
    return LOCALES / locale / "LC_MESSAGES" / "messages.po"

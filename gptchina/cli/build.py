"""Builds the pages, when what they are made of has changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gptchina.settings import ROOT

from . import CommandError
from .node import BUILT, LOCKS, WEB, environment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Iterator
    from pathlib import Path

# The build removes this folder first, so a stamp in it always belongs to a finished build.
STAMP = BUILT.parent / "sources.sha256"
INSTALLED = WEB / "node_modules" / ".gptchina-lock.sha256"
LOG = ROOT / "build" / "pages.log"

# What decides how a page looks and behaves before the server says anything.
SOURCES = (
    "assets/**/*",
    "gptchina/cli/build.py",
    "gptchina/cli/compile_pages.py",
    "gptchina/cli/node.py",
    "gptchina/components/**/*.py",
    "gptchina/domain/**/*.py",
    "gptchina/gptchina.py",
    "gptchina/locales/**/*.po",
    "gptchina/pages/**/*.py",
    "gptchina/state/**/*.py",
    "reflex.lock/*",
    "requirements.lock",
    "rxconfig.py",
)
GENERATED = ("assets/external/", "assets/catalog.js")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `build`."""
    command = subparsers.add_parser("build", help="build the pages if their sources changed")
    command.add_argument("--force", action="store_true", help="build even if nothing changed")
    command.add_argument(
        "--lock",
        action="store_true",
        help="let npm resolve the JavaScript packages anew and write reflex.lock/",
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build the pages, or say that they are current."""
    from .texts import compile_texts  # noqa: PLC0415 -- Babel is not needed to parse arguments

    compile_texts()
    if is_current() and not arguments.force and not arguments.lock:
        print("The pages are current.")
        return 0
    build(lock=arguments.lock)
    return 0


def is_current() -> bool:
    """Whether the built pages are those of the sources as they are now."""
    return _read(STAMP) == fingerprint(ROOT)


def build(*, lock: bool = False) -> None:
    """Build the pages; with lock, resolve the packages anew. Raises CommandError."""
    current = fingerprint(ROOT)
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    variables = environment("prod")
    if lock:
        _run("Preparing the page tools", ["prepare"], variables)
        _run("Locking the packages and building the pages", ["lock"], variables)
        current = fingerprint(ROOT)
    else:
        with _kept(LOCKS):
            _run("Preparing the page tools", ["prepare"], variables)
            _install(variables)
            _run("Building the pages", ["pages"], variables)
    STAMP.write_text(current)


def fingerprint(root: Path) -> str:
    """Return one hash of everything the pages are made of."""
    total = hashlib.sha256()
    for path in _sources(root):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    found = {path for pattern in SOURCES for path in root.glob(pattern) if path.is_file()}
    for path in sorted(found):
        name = path.relative_to(root).as_posix()
        if "__pycache__" not in name and not name.startswith(GENERATED):
            yield path


def _install(variables: dict[str, str]) -> None:
    """Install exactly the locked packages: npm refuses when lock and wishes differ."""
    lock = LOCKS / "package-lock.json"
    if not lock.exists():
        raise CommandError("reflex.lock/package-lock.json is missing: run `make lock`.")
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if _read(INSTALLED) == wanted:
        return
    shutil.copyfile(lock, WEB / "package-lock.json")
    npm = ["npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-progress"]
    with progress("Installing the page tools"):
        _logged(npm, variables, WEB)
    INSTALLED.write_text(wanted)


@contextmanager
def _kept(folder: Path) -> Generator[None]:
    """Give the files of a folder their content back: Reflex writes its own form of the locks."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    try:
        yield
    finally:
        for path, content in before.items():
            path.write_bytes(content)


def _run(title: str, arguments: list[str], variables: dict[str, str]) -> None:
    with progress(title):
        _logged([sys.executable, "-m", "gptchina.cli.compile_pages", *arguments], variables, ROOT)


def _logged(command: list[str], variables: dict[str, str], folder: Path) -> None:
    """Run a program with its output in the log; raise CommandError with the likely reason."""
    with LOG.open("ab") as log:
        result = subprocess.run(  # noqa: S603 -- our own programs
            command, cwd=folder, env=variables, stdout=log, stderr=subprocess.STDOUT, check=False
        )
    if result.returncode == 0:
        return
    text = LOG.read_text(errors="replace")
    reason = _reason(text)
    raise CommandError(f"The pages could not be built: {reason} (all of it: {LOG})")


def _reason(text: str) -> str:
    """Return the line of a log that explains the failure best."""
    if any(sign in text for sign in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT")):
        return "the npm registry cannot be reached; check the network, or npm's registry setting"
    if "npm error code EUSAGE" in text:
        return "reflex.lock/package.json and its package-lock.json differ; run `make lock`"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or line.startswith("npm error")]
    return (telling or lines or ["no output"])[-1]


@contextmanager
def progress(title: str) -> Generator[None]:
    """Print a line for a step that takes a while, and how long it took."""
    print(f"{title} … ", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.0f} s", flush=True)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def locked_packages() -> dict[str, str]:
    """Return the directly wanted JavaScript packages and their versions."""
    wanted = json.loads((LOCKS / "package.json").read_text())
    return {**wanted.get("dependencies", {}), **wanted.get("devDependencies", {})}

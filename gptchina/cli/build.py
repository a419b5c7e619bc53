"""Builds the pages, when what they are made of has changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import threading
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

    from . import Subparsers

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
    "gptchina/cli/one_address.py",
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
UNREACHABLE = "the npm registry cannot be reached; check the network, or npm's registry setting"
CAUSES = {
    "npm error code EUSAGE": "the two files in reflex.lock/ differ; run `make lock`",
    "npm error code EINTEGRITY": "a downloaded JavaScript package is not the locked one",
    "npm error code ETARGET": "a locked JavaScript package is not in the npm registry",
    "npm error code ENOSPC": "the disk is full",
    "_CERT": "the npm registry cannot be trusted (TLS certificate); see npm's cafile setting",
    "ENOTFOUND": UNREACHABLE,
    "EAI_AGAIN": UNREACHABLE,
    "ECONNREFUSED": UNREACHABLE,
    "ECONNRESET": UNREACHABLE,
    "ETIMEDOUT": UNREACHABLE,
}
GENERATED = ("assets/external/", "assets/catalog.js")


def add(subparsers: Subparsers) -> None:
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
    from .texts import compile_texts

    compile_texts()
    if is_current() and not arguments.force and not arguments.lock:
        print("The pages are current.")
        return 0
    build(lock=arguments.lock)
    return 0


def is_current() -> bool:
    """Whether the built pages are those of the sources as they are now."""
    return _read(STAMP) == fingerprint(ROOT)


def bring_up_to_date() -> None:
    """Build the pages if their sources changed; of two programs at once, one builds."""
    if is_current():
        return
    LOG.parent.mkdir(exist_ok=True)
    with LOG.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_current():
            build()


def build(*, lock: bool = False) -> None:
    """Build the pages; with lock, resolve the packages anew. Raises CommandError."""
    current = fingerprint(ROOT)
    variables = environment("prod")
    if lock:
        _empty_log()
        _run("Preparing the page tools", ["prepare"], variables)
        _run("Locking the packages and building the pages", ["lock"], variables)
        current = fingerprint(ROOT)
    else:
        with _kept(LOCKS):
            prepare()
            _run("Building the pages", ["pages"], variables)
    STAMP.write_text(current)


def prepare() -> None:
    """Install what builds the pages: exactly the locked packages. Raises CommandError."""
    _empty_log()
    variables = environment("prod")
    with _kept(LOCKS):
        _run("Preparing the page tools", ["prepare"], variables)
    _install(variables)


def _empty_log() -> None:
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")


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
    """Return what explains a failure best: a known cause, or the most telling line of the log."""
    for sign, cause in CAUSES.items():
        if sign in text:
            return cause
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or line.startswith("npm error")]
    return (telling or lines or ["no output"])[-1]


@contextmanager
def progress(title: str) -> Generator[None]:
    """Show that a step runs and for how long: each second on a terminal, else at its end."""
    began = time.monotonic()
    over = threading.Event()

    def show(ending: str = "") -> None:
        line = f"{title} … {time.monotonic() - began:.0f} s{ending}"
        print(f"\r{line}" if sys.stdout.isatty() else line, end="", flush=True)

    def tick() -> None:
        while sys.stdout.isatty() and not over.wait(1):
            show()

    ticking = threading.Thread(target=tick, daemon=True)
    ticking.start()
    try:
        yield
    except BaseException:
        over.set()
        ticking.join()
        show(": failed\n")
        raise
    over.set()
    ticking.join()
    show("\n")


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def locked_packages() -> dict[str, str]:
    """Return the directly wanted JavaScript packages and their versions."""
    wanted = json.loads((LOCKS / "package.json").read_text())
    return {**wanted.get("dependencies", {}), **wanted.get("devDependencies", {})}

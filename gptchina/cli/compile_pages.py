"""Turns the pages into JavaScript and HTML: a program of its own, which ends with its memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .build import locked_packages
from .node import LOCKS

if TYPE_CHECKING:
    from collections.abc import Collection


def main(arguments: list[str]) -> int:
    """Run one step: `prepare` the folder, build the `pages`, or `lock` the packages and build."""
    match arguments:
        case ["prepare"]:
            prepare()
        case ["pages"]:
            build_pages(locked=True)
        case ["lock"]:
            build_pages(locked=False)
        case _:
            return 2
    return 0


def prepare() -> None:
    """Bring the build folder to the shape this version of Reflex expects."""
    from reflex.utils import frontend_skeleton, prerequisites

    prerequisites.initialize_reflex_user_directory()
    if prerequisites.needs_reinit():
        frontend_skeleton.initialize_web_directory()
    else:
        frontend_skeleton.sync_root_lockfiles_to_web()
        frontend_skeleton.initialize_npmrc()


def build_pages(*, locked: bool) -> None:
    """Compile the pages and bundle them; unless locked, add missing packages and lock them."""
    from reflex.utils import build, js_runtimes, prerequisites

    if locked:
        # Reflex would `npm add` what the pages import, which could float; here it must be there.
        js_runtimes.install_frontend_packages = _require_locked
    prerequisites.get_compiled_app(prerender_routes=True, use_rich=False)
    build.setup_frontend(Path.cwd())
    build.build()
    if not locked:
        _normalise(LOCKS / "package.json")


def _require_locked(packages: Collection[str], _config: object) -> None:
    """Refuse to build when a page wants a package or version that is not locked."""
    from reflex_base.constants import PackageJson

    locked = locked_packages()
    wanted = {**PackageJson.DEPENDENCIES, **PackageJson.DEV_DEPENDENCIES}
    for package in packages:
        name, _, version = package.rpartition("@") if "@" in package[1:] else (package, "", "")
        wanted[name] = version
    wrong = [
        f"{name}@{version}" if version else name
        for name, version in sorted(wanted.items())
        if name not in locked or (version and version.removeprefix("v") != locked[name])
    ]
    if wrong:
        raise SystemExit(f"Error: not in reflex.lock: {', '.join(wrong)}; run `make lock`")


def _normalise(path: Path) -> None:
    """Rewrite the wishes so that a change of one package is a change of one line."""
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

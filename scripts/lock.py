"""Resolves all packages anew and writes the locks: for Python with uv, for the browser with npm."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    # pip takes a package with extras for another one, and that one must be pinned, too.
    "--no-strip-extras",
    "--quiet",
)


def main() -> None:
    """Write requirements.lock, requirements-dev.lock and reflex.lock/."""
    uv = shutil.which("uv")
    if not uv:
        sys.exit("Locking needs uv, the package tool: see https://docs.astral.sh/uv/")
    for lock, extra in (("requirements.lock", ()), ("requirements-dev.lock", ("--extra=dev",))):
        command = [
            uv,
            "pip",
            "compile",
            *OPTIONS,
            *extra,
            "pyproject.toml",
            f"--output-file={lock}",
        ]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 -- uv, with our own arguments
    browser = [sys.executable, "-m", "gptchina", "build", "--lock"]
    subprocess.run(browser, cwd=ROOT, check=True)  # noqa: S603 -- our own program


if __name__ == "__main__":
    main()

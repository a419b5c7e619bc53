"""Sets up the environment of the program; needs nothing but Python itself.

Run by `make`: creates `.venv`, installs the locked packages and the program. Whatever is current
already is left alone, so that a second run is over at once.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOG = VENV / "setup.log"
STAMP = VENV / "installed.sha256"
OLDEST = (3, 11)
SECONDS_BETWEEN_LINES = 15

# What pip's output tells about the cause, most telling first.
CAUSES = (
    ("HASHES FROM THE REQUIREMENTS FILE", "a downloaded package is not the locked one"),
    ("No space left on device", "the disk is full"),
    ("Permission denied", "a file in .venv belongs to somebody else"),
    ("Failed to establish a new connection", "the package index cannot be reached"),
    ("Temporary failure in name resolution", "the package index cannot be reached"),
    ("Name or service not known", "the package index cannot be reached"),
    ("ProxyError", "the proxy refuses the way to the package index"),
    ("SSLError", "the package index cannot be trusted (TLS certificate)"),
    ("Read timed out", "the package index is too slow"),
    ("Could not find a version", "a locked package is not offered for this Python or machine"),
    ("No matching distribution", "a locked package is not offered for this Python or machine"),
)


def main() -> None:
    """Set up what is missing; `--dev` adds what tests and checks need."""
    newer_python()
    lock = ROOT / ("requirements-dev.lock" if "--dev" in sys.argv else "requirements.lock")
    wanted = fingerprint(lock)
    if wanted in installed():
        return
    create_environment()
    pip("Installing packages", "--require-hashes", "--requirement", str(lock))
    if not (BIN / "gptchina").exists():
        pip("Installing GPTChina", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    # The packages of the program are part of those of its tests, so both are current now.
    also = [fingerprint(ROOT / "requirements.lock")] if "--dev" in sys.argv else []
    STAMP.write_text("\n".join([wanted, *also]))


def newer_python() -> None:
    """Go on with a newer Python if this one is too old and there is one."""
    if sys.version_info >= OLDEST:
        return
    for minor in (11, 12, 13):
        if found := shutil.which(f"python3.{minor}"):
            os.execv(found, [found, *sys.argv])  # noqa: S606 -- the same program, a newer Python
    fail(
        f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. "
        "Install one (for example: apt install python3.11 python3.11-venv)."
    )


def fingerprint(lock: Path) -> str:
    """Return what is installed from a lock by this Python, in this place, as one hash."""
    project = (ROOT / "pyproject.toml").read_bytes().partition(b"[tool.ruff]")[0]
    parts = (lock.name.encode(), lock.read_bytes(), project, sys.version.encode(), bytes(VENV))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def installed() -> list[str]:
    """Return the fingerprints of what was installed, if the environment still works."""
    if not STAMP.exists() or not (BIN / "gptchina").exists() or not (BIN / "python").exists():
        return []
    return STAMP.read_text().split()


def create_environment() -> None:
    """Create `.venv`, or a new one when the old one's Python is gone or another one."""
    version = "{}.{}".format(*sys.version_info)
    if (VENV / "lib" / f"python{version}").exists() and (BIN / "pip").exists():
        STAMP.unlink(missing_ok=True)
        return
    shutil.rmtree(VENV, ignore_errors=True)
    result = subprocess.run(  # noqa: S603 -- this very Python
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if result.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        output = result.stdout + result.stderr
        if "ensurepip" in output or "No module named venv" in output:
            fail(f"Python's venv is missing. Install it: apt install python{version}-venv")
        fail(f"Cannot create {VENV}: {last_line(output)}")


def pip(title: str, *arguments: str) -> None:
    """Run `pip install` and show for how long; stop with one line if it fails."""
    command = [str(BIN / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    began = time.monotonic()
    with LOG.open("ab") as log:
        start = log.tell()
        process = subprocess.Popen(  # noqa: S603 -- pip of our own environment
            [*command, "--no-input", "--progress-bar=off", *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        watch(title, process, began)
    if process.returncode:
        with LOG.open("rb") as log:
            log.seek(start)
            output = log.read().decode(errors="replace")
        cause = next((cause for sign, cause in CAUSES if sign in output), last_line(output))
        fail(f"{title} failed: {cause}. All of it: {LOG}")


def watch(title: str, process: "subprocess.Popen[bytes]", began: float) -> None:
    """Show the time a program takes: on one line of a terminal, on few lines of a log."""
    terminal = sys.stdout.isatty()
    shown = began
    print(f"{title} …", end="" if terminal else "\n", flush=True)
    try:
        while process.poll() is None:
            time.sleep(0.1)
            now = time.monotonic()
            if now - shown >= (1 if terminal else SECONDS_BETWEEN_LINES):
                shown = now
                line = f"{title} … {now - began:.0f} s"
                print(f"\r{line}" if terminal else line, end="" if terminal else "\n", flush=True)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        fail("Stopped.")
    line = f"{title} … {time.monotonic() - began:.0f} s"
    print(f"\r{line}" if terminal else line, flush=True)


def last_line(output: str) -> str:
    """Return the line of a program's output that most likely names the failure."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1]


def fail(reason: str) -> None:
    """End with one line that says why."""
    print(reason, file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main()

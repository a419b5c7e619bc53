"""Runs the tests, with a browser found or installed; arguments go to pytest.

With `--complete` a skipped test fails the run: whoever asks for it has PostgreSQL, Redis and a
browser, and wants to know when one of them was not used.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "build" / "tests.xml"
BROWSERS = ("chromium", "google-chrome", "chrome")


def main(arguments: list[str]) -> int:
    """Run pytest; return its exit status, or 1 when a test was skipped that must not be."""
    complete = "--complete" in arguments
    rest = [argument for argument in arguments if argument != "--complete"]
    find_browser()
    REPORT.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={REPORT}", "--durations=10", *rest]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 -- pytest
    if status or not complete:
        return status
    skipped = skipped_tests(REPORT)
    for line in skipped:
        print(f"Skipped: {line}", file=sys.stderr)
    return 1 if skipped else 0


def find_browser() -> None:
    """Have Playwright install a browser of its own when the machine has none."""
    if any(map(shutil.which, BROWSERS)):
        return
    print("Looking for a browser for the tests …", flush=True)
    install = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    result = subprocess.run(  # noqa: S603 -- Playwright of our own environment
        install, capture_output=True, text=True, check=False
    )
    if result.returncode:
        lines = (result.stderr or result.stdout or "no reason given").strip().splitlines()
        print(f"No browser for the tests could be installed: {lines[-1]}", file=sys.stderr)


def skipped_tests(report: Path) -> list[str]:
    """Return the skipped tests of a JUnit report, each with its reason."""
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314 -- our own pytest wrote it
    lines: list[str] = []
    for case in cases:
        skipped = case.find("skipped")
        if skipped is not None:
            reason = (skipped.get("message") or "").partition("\n")[0]
            lines.append(f"{case.get('classname')}.{case.get('name')}: {reason}")
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

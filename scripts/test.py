"""Runs the tests, with a browser found or installed; arguments go to one pytest.

With `--complete` a skipped test fails the run: whoever asks for it has PostgreSQL, Redis and a
browser, and wants to know when one of them was not used.
"""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "build" / "tests"
# Folders with tests that drive a browser.
BROWSER = ("browser_side", "e2e")
BROWSERS = ("chromium", "google-chrome", "chrome")


def main(arguments: list[str]) -> int:
    """Run the tests; return 0 when all passed, or with `--complete` all passed and none skipped."""
    complete = "--complete" in arguments
    rest = [argument for argument in arguments if argument != "--complete"]
    find_browser()
    REPORTS.mkdir(parents=True, exist_ok=True)
    for report in REPORTS.glob("*.xml"):
        report.unlink()
    if rest:
        failed = run("chosen", rest)
    else:
        # Once, before the tests that would all build the same pages at the same time.
        subprocess.run([sys.executable, "-m", "gptchina", "build"], cwd=ROOT, check=True)
        failed = run_all()
    skipped = [line for report in sorted(REPORTS.glob("*.xml")) for line in skipped_tests(report)]
    for line in skipped if complete else []:
        print(f"Skipped: {line}", file=sys.stderr)
    return 1 if failed or (complete and skipped) else 0


def run_all() -> bool:
    """Run the browser tests beside all others; return whether any failed.

    In processes of their own, since Playwright keeps an event loop running in its thread, in
    which no other test could run one.
    """
    with ThreadPoolExecutor() as lanes:
        browser = lanes.submit(run_browser)
        ignored = [f"--ignore=tests/{name}" for name in BROWSER]
        failed = run("others", ["tests", *ignored])
        return any([failed, *browser.result()])


def run_browser() -> list[bool]:
    """Run the folders that drive a browser, one after the other; return which failed."""
    return [run(name, [f"tests/{name}"], quiet=True) for name in BROWSER]


def run(name: str, arguments: list[str], *, quiet: bool = False) -> bool:
    """Run pytest; return whether it failed. What a quiet one says is printed at its end."""
    report = f"--junitxml={REPORTS / name}.xml"
    command = [sys.executable, "-m", "pytest", report, "--durations=10", *arguments]
    output = subprocess.PIPE if quiet else None
    result = subprocess.run(  # noqa: S603 -- pytest
        command, cwd=ROOT, check=False, text=True, stdout=output, stderr=subprocess.STDOUT
    )
    if quiet:
        print(result.stdout, flush=True)
    return result.returncode != 0


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

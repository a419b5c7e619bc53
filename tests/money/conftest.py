"""Prints each promise about money with the count that proves it, and the seed it was tried with."""

import os
import secrets

import pytest

PROMISES = pytest.StashKey[list[str]]()
SEED = pytest.StashKey[int]()


def pytest_configure(config):
    config.stash[PROMISES] = []
    config.stash[SEED] = int(os.environ.get("MONEY_SEED") or secrets.randbits(32))


@pytest.fixture(scope="session")
def promise(request):
    """Say what a test has shown, for the summary."""
    return request.config.stash[PROMISES].append


@pytest.fixture
def seed(request):
    """Return the seed of this run: a random one, or MONEY_SEED to repeat a failure."""
    return request.config.stash[SEED]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if report.failed and "seed" in getattr(item, "fixturenames", ()):
        report.sections.append(("seed", f"repeat with MONEY_SEED={item.config.stash[SEED]}"))


def pytest_terminal_summary(terminalreporter, config):
    promises = config.stash.get(PROMISES, [])
    if promises:
        terminalreporter.section(f"money, seed {config.stash[SEED]}")
        for line in promises:
            terminalreporter.write_line(line)

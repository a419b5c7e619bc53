"""The operator's commands."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from gptchina import __version__
from gptchina.settings import ROOT, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] -- argparse names it nowhere else

# Each module has `add(subparsers)`, which adds its commands and sets `run` to a function that
# takes the parsed arguments and returns the exit status. A module imports what costs time only
# inside `run`, so that `--help` and a wrong setting answer at once.
COMMANDS = (
    "serve",
    "develop",
    "build",
    "texts",
    "users",
    "codes",
    "ledger",
    "payments",
    "database",
)


class CommandError(Exception):
    """A command cannot go on; the message is one line for the operator."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(prog="gptchina", description="Run and look after GPTChina.")
    whole.add_argument("--version", action="version", version=f"GPTChina {__version__}")
    subparsers = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"gptchina.cli.{name}").add(subparsers)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0 done, 1 failed, 2 wrong setting or argument."""
    # Paths on the command line are made absolute while it is parsed, since every command then
    # works in the folder of the program, where its data, pages and `.env` are.
    parsed = parser().parse_args(arguments)
    os.chdir(ROOT)
    # Ended from outside, a command ends what it started, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(parsed.run(parsed) or 0)
    except SettingsError as error:
        print(f"Wrong setting: {error}", file=sys.stderr)
        return 2
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough, such as `head`; Python shall not try again.
        sys.stdout = None
        return 0

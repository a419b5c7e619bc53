"""Makes, lists and disables redemption codes."""

# argparse has no public name for what add_subparsers() returns.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from . import CommandError
from .failures import told_to_operator

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from gptchina.domain.codes import ListedCode

MAKE = """\
Makes codes and prints one a line. Keep them: the program keeps only their hashes and cannot show
them again. People redeem them on the page Tokens, if ALLOW_CODES is on.
"""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `codes make`, `codes list` and `codes disable`."""
    whole = subparsers.add_parser("codes", help="make, list and disable redemption codes")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_make(commands)
    listing = commands.add_parser(
        "list", help="list the codes, the latest first", description="Lists the latest codes."
    )
    listing.add_argument("--json", action="store_true", help="print JSON instead of a table")
    listing.add_argument("--limit", type=int, default=200, help="how many at most (200)")
    listing.set_defaults(run=run_list)
    disable = commands.add_parser(
        "disable",
        help="let nobody redeem a code any more",
        description="Disables a code for good. What was redeemed stays with whoever has it.",
    )
    disable.add_argument("id", metavar="ID", type=int, help="its number, as `codes list` shows it")
    disable.set_defaults(run=run_disable)


def _add_make(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("make", help="make codes and print them", description=MAKE)
    command.add_argument("tokens", metavar="TOKENS", type=int, help="what each code is worth")
    command.add_argument("--count", type=int, default=1, help="how many codes (1)")
    command.add_argument("--uses", type=int, default=1, help="for how many accounts each is (1)")
    command.add_argument("--days", type=int, help="for how many days they are good (no end)")
    command.add_argument("--note", default="", metavar="TEXT", help="what they are for")
    command.set_defaults(run=run_make)


def run_make(arguments: argparse.Namespace) -> int:
    """Make codes and print them."""
    from gptchina.domain import codes
    from gptchina.settings import get_settings

    wanted = codes.Wanted(
        tokens=arguments.tokens,
        count=arguments.count,
        uses=arguments.uses,
        expires_at=_in_days(arguments.days),
        note=arguments.note,
    )
    with told_to_operator():
        try:
            made = codes.make_codes(None, wanted)
        except codes.InvalidCodesError as error:
            raise CommandError(f"This is not possible: {error.field}.") from error
        allowed = get_settings().allow_codes
    print("\n".join(made))
    if not allowed:
        print("ALLOW_CODES is off: nobody can redeem them yet.", file=sys.stderr)
    return 0


def _in_days(days: int | None) -> datetime | None:
    from datetime import timedelta

    from gptchina.domain import clock

    if days is None:
        return None
    if not 0 < days <= 36500:  # noqa: PLR2004 -- a century
        raise CommandError("--days takes 1 to 36500.")
    return clock.now() + timedelta(days=days)


def run_list(arguments: argparse.Namespace) -> int:
    """Print the codes."""
    from gptchina.domain import codes

    from .tables import print_table

    with told_to_operator():
        listed = codes.list_codes(None, limit=min(max(arguments.limit, 0), 10**6))
    if arguments.json:
        print(json.dumps([_as_json(each) for each in listed], ensure_ascii=False, indent=2))
        return 0
    headings = ("ID", "ENDS WITH", "TOKENS", "USED", "STATE", "EXPIRES", "NOTE")
    print_table([headings, *map(_as_row, listed)])
    return 0


def _as_json(code: ListedCode) -> dict[str, object]:
    expires_at = code.expires_at.isoformat() if code.expires_at else None
    times = {"created_at": code.created_at.isoformat(), "expires_at": expires_at}
    return {**vars(code), **times, "usable": code.usable}


def _as_row(code: ListedCode) -> tuple[str, ...]:
    state = "disabled" if code.disabled else "open" if code.usable else "over"
    return (
        str(code.id),
        f"…{code.hint}",
        f"{code.tokens:,}",
        f"{code.uses:,} of {code.most_uses:,}",
        state,
        f"{code.expires_at:%Y-%m-%d %H:%M}" if code.expires_at else "",
        code.note,
    )


def run_disable(arguments: argparse.Namespace) -> int:
    """Disable a code."""
    from gptchina.domain import codes
    from gptchina.domain.errors import NotFoundError

    with told_to_operator():
        try:
            codes.disable(None, arguments.id)
        except NotFoundError as error:
            raise CommandError(f"There is no code {arguments.id}.") from error
    print(f"Code {arguments.id} is disabled.")
    return 0

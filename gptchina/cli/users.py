"""Looks after accounts: lists and creates them, resets passwords, grants tokens."""

# argparse has no public name for what add_subparsers() returns.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import argparse
import getpass
import json
import sys
from typing import TYPE_CHECKING

from . import CommandError
from .failures import told_to_operator
from .tables import print_table

if TYPE_CHECKING:
    from gptchina.domain.accounts import ListedAccount

HEADINGS = ("ID", "E-MAIL", "NAME", "ROLE", "BALANCE", "HELD", "SINCE")
FROM_STDIN = "read the password from the first line of standard input instead of asking for it"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `users list`, `create`, `reset-password` and `grant-tokens`."""
    whole = subparsers.add_parser("users", help="list and look after accounts")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_list(commands)
    _add_create(commands)
    _add_reset_password(commands)
    _add_grant_tokens(commands)


def _add_list(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "list",
        help="list all accounts with their balances",
        description="Lists all accounts that are not deleted, oldest first; amounts are tokens.",
    )
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")
    command.set_defaults(run=run_list)


def _add_create(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "create",
        help="create an account, also while registration is closed",
        description="Creates an account with the usual start balance, also while "
        "ALLOW_REGISTRATION is off. The first account of all is an administrator.",
    )
    command.add_argument("--email", required=True, help="the address to log in with")
    command.add_argument("--name", required=True, help="the name to show, 1 to 80 characters")
    command.add_argument("--admin", action="store_true", help="make it an administrator")
    command.add_argument("--password-stdin", action="store_true", help=FROM_STDIN)
    command.set_defaults(run=run_create)


def _add_reset_password(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "reset-password",
        help="give an account a new password and log out all its devices",
        description="Gives an account a new password, logs out all its devices, and ends the "
        "wait after too many attempts to log in.",
    )
    command.add_argument("email", metavar="EMAIL", help="the account's address")
    command.add_argument("--password-stdin", action="store_true", help=FROM_STDIN)
    command.set_defaults(run=run_reset_password)


def _add_grant_tokens(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "grant-tokens",
        help="give an account tokens",
        description="Gives an account tokens, as a ledger entry that keeps the reason. With "
        "--key the same command can be run again: tokens are given once for each key.",
    )
    command.add_argument("email", metavar="EMAIL", help="the account's address")
    command.add_argument("amount", metavar="AMOUNT", type=_tokens, help="how many, at least 1")
    command.add_argument("--reason", required=True, metavar="TEXT", help="why; up to 400 letters")
    command.add_argument("--key", default="", metavar="K", help="a name for this one grant")
    command.set_defaults(run=run_grant_tokens)


def _tokens(text: str) -> int:
    amount = int(text)
    if amount <= 0:
        raise argparse.ArgumentTypeError("must be a positive number of tokens")
    return amount


def run_list(arguments: argparse.Namespace) -> int:
    """Print all accounts."""
    from gptchina.domain import accounts

    with told_to_operator():
        listed = accounts.listed_accounts()
    if arguments.json:
        print(json.dumps([_as_json(each) for each in listed], ensure_ascii=False, indent=2))
    else:
        print_table([HEADINGS, *map(_as_row, listed)])
    return 0


def _as_json(account: ListedAccount) -> dict[str, str | int]:
    return vars(account) | {"created_at": account.created_at.isoformat()}


def _as_row(account: ListedAccount) -> tuple[str, ...]:
    return (
        str(account.id),
        account.email,
        account.name,
        account.role,
        f"{account.balance:,}",
        f"{account.held:,}",
        f"{account.created_at:%Y-%m-%d}",
    )


def run_create(arguments: argparse.Namespace) -> int:
    """Create an account."""
    from gptchina.domain import accounts

    password = _password(from_stdin=arguments.password_stdin)
    with told_to_operator():
        account_id = accounts.create_account(
            arguments.name, arguments.email, password, admin=arguments.admin
        )
        created = next(each for each in accounts.listed_accounts() if each.id == account_id)
    role = "administrator" if created.role == "admin" else "user"
    print(f"Created {created.email} ({role}) with {created.balance:,} tokens.")
    return 0


def run_reset_password(arguments: argparse.Namespace) -> int:
    """Reset a password."""
    from gptchina.domain import accounts

    password = _password(from_stdin=arguments.password_stdin)
    with told_to_operator():
        accounts.reset_password(arguments.email, password)
    print("The password is changed, and all devices of the account are logged out.")
    return 0


def run_grant_tokens(arguments: argparse.Namespace) -> int:
    """Grant tokens."""
    from gptchina.domain import accounts

    if len(arguments.reason) > 400 or len(arguments.key) > 100:  # noqa: PLR2004 -- columns
        raise CommandError("The reason may have 400 characters, the key 100.")
    with told_to_operator():
        granted = accounts.grant_tokens(
            arguments.email, arguments.amount, arguments.reason, arguments.key
        )
    if granted:
        print(f"Granted {arguments.amount:,} tokens to {arguments.email}.")
    else:
        print("Granted before under this key; nothing to do.")
    return 0


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for the password: use --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise CommandError("The two passwords differ.")
    return password

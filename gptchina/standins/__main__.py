"""Run a stand-in alone: `python -m gptchina.standins model`, or `stripe`, with `--port 9000`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from gptchina.standins.behaviour import FAULTS, Behaviour
from gptchina.standins.model_server import (
    KNOWN_MODELS,
    ModelServerOptions,
    build_model_server,
)
from gptchina.standins.refused import StandInRefusedError
from gptchina.standins.serving import serving
from gptchina.standins.stripe import StripeOptions, build_stripe_server

if TYPE_CHECKING:
    from starlette.applications import Starlette


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gptchina.standins", description=__doc__)
    parser.add_argument(
        "vendor",
        nargs="?",
        choices=("model", "stripe"),
        default="model",
        help="what to stand in for",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=9000, help="port to listen on")
    model = parser.add_argument_group("model")
    model.add_argument("--key", default="", help="refuse requests without this API key")
    model.add_argument("--models", default=",".join(KNOWN_MODELS), help="names, with commas")
    model.add_argument("--length", type=int, help="chunks in an answer; an answer in words if not")
    model.add_argument("--delay", type=int, default=10, help="milliseconds between chunks")
    model.add_argument("--first-delay", type=int, default=0, help="milliseconds before the first")
    model.add_argument("--chunk", type=int, help="characters in a chunk; about a word if not")
    model.add_argument("--reasoning", type=int, default=0, help="chunks of reasoning before")
    model.add_argument("--fault", choices=sorted(FAULTS), default="", help="what goes wrong")
    model.add_argument("--after", type=int, default=0, help="chunks before the fault")
    stripe = parser.add_argument_group("stripe")
    plain = StripeOptions()
    stripe.add_argument("--webhook-url", default="", help="where events are posted")
    stripe.add_argument("--webhook-secret", default=plain.webhook_secret, help="signs them")
    stripe.add_argument("--store", type=Path, help="file that keeps the objects; memory if not")
    stripe.add_argument("--methods", default=",".join(plain.methods), help="names, with commas")
    return parser.parse_args()


async def _serve(app: Starlette, host: str, port: int, setting: str) -> None:
    """Serve until a signal asks to end; print the setting by which clients find it."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with serving(app, host, port) as address:
        sys.stdout.write(setting.format(address=address) + "\n")
        sys.stdout.flush()
        await ended.wait()


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _model_server(arguments: argparse.Namespace) -> Starlette:
    behaviour = Behaviour(
        length=arguments.length,
        delay=arguments.delay,
        first=arguments.first_delay,
        chunk=arguments.chunk,
        fault=arguments.fault,
        after=arguments.after,
        reasoning=arguments.reasoning,
    )
    options = ModelServerOptions(_names(arguments.models), behaviour, arguments.key)
    return build_model_server(options)


def _stripe_server(arguments: argparse.Namespace) -> Starlette:
    options = StripeOptions(
        webhook_url=arguments.webhook_url,
        webhook_secret=arguments.webhook_secret,
        store=arguments.store,
        methods=_names(arguments.methods),
    )
    return build_stripe_server(options)


def main() -> None:
    """Serve until interrupted."""
    arguments = _arguments()
    build, setting = {
        "model": (_model_server, "OPENAI_BASE_URL={address}/v1"),
        "stripe": (_stripe_server, "STRIPE_API_BASE={address}"),
    }[arguments.vendor]
    try:
        app = build(arguments)
    except StandInRefusedError as error:
        sys.exit(str(error))
    uvloop.run(_serve(app, arguments.host, arguments.port, setting))


if __name__ == "__main__":
    main()

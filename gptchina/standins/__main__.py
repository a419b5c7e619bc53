"""Run the stand-in model server alone: `python -m gptchina.standins --port 9000`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
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

if TYPE_CHECKING:
    from starlette.applications import Starlette


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gptchina.standins", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=9000, help="port to listen on")
    parser.add_argument("--key", default="", help="refuse requests without this API key")
    parser.add_argument("--models", default=",".join(KNOWN_MODELS), help="names, with commas")
    parser.add_argument("--length", type=int, help="chunks in an answer; an answer in words if not")
    parser.add_argument("--delay", type=int, default=10, help="milliseconds between chunks")
    parser.add_argument("--first-delay", type=int, default=0, help="milliseconds before the first")
    parser.add_argument("--chunk", type=int, help="characters in a chunk; about a word if not")
    parser.add_argument("--reasoning", type=int, default=0, help="chunks of reasoning before")
    parser.add_argument("--fault", choices=sorted(FAULTS), default="", help="what goes wrong")
    parser.add_argument("--after", type=int, default=0, help="chunks before the fault")
    return parser.parse_args()


async def _serve(app: Starlette, host: str, port: int) -> None:
    """Serve until a signal asks to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with serving(app, host, port) as address:
        sys.stdout.write(f"OPENAI_BASE_URL={address}/v1\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> None:
    """Serve until interrupted."""
    arguments = _arguments()
    behaviour = Behaviour(
        length=arguments.length,
        delay=arguments.delay,
        first=arguments.first_delay,
        chunk=arguments.chunk,
        fault=arguments.fault,
        after=arguments.after,
        reasoning=arguments.reasoning,
    )
    models = tuple(name.strip() for name in arguments.models.split(",") if name.strip())
    try:
        app = build_model_server(ModelServerOptions(models, behaviour, arguments.key))
    except StandInRefusedError as error:
        sys.exit(str(error))
    uvloop.run(_serve(app, arguments.host, arguments.port))


if __name__ == "__main__":
    main()

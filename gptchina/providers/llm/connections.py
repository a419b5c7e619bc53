"""Which vendors can be reached, where, and with which key."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from dotenv import dotenv_values

if TYPE_CHECKING:
    from gptchina.settings import Settings

OPENAI = "openai"
ANTHROPIC = "anthropic"
OPENAI_URL = "https://api.openai.com/v1"
ANTHROPIC_URL = "https://api.anthropic.com"
STANDIN_PATH = "/standins/openai/v1"
_EVERY_ADDRESS = {"", "0.0.0.0", "::"}  # noqa: S104 -- compared with, not listened on
_KEY_SUFFIX = "_API_KEY"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a vendor is reached; an empty base URL is litellm's own for that vendor."""

    vendor: str
    base_url: str
    api_key: str = field(repr=False)


@cache
def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value}


def standin_url(settings: Settings) -> str:
    """Return the address of the stand-in model server that the program itself mounts."""
    host = "127.0.0.1" if settings.host in _EVERY_ADDRESS else settings.host
    return f"http://{host}:{settings.port}{STANDIN_PATH}"


def connections(settings: Settings) -> dict[str, Connection]:
    """Return the connections that the settings allow, by vendor.

    OpenAI's dialect goes to `OPENAI_BASE_URL`, or to the stand-in when no provider is set. Any
    other vendor is there when litellm's name for its key, such as `DEEPSEEK_API_KEY`, is set.
    """
    found = {
        name.removesuffix(_KEY_SUFFIX).lower(): key
        for name, key in {**_dotenv(), **os.environ}.items()
        if name.endswith(_KEY_SUFFIX) and key
    }
    found = {vendor: Connection(vendor, "", key) for vendor, key in found.items()}
    for own in (OPENAI, ANTHROPIC):
        found.pop(own, None)
    openai_key = settings.openai_api_key.get_secret_value()
    if settings.demo_model:
        found[OPENAI] = Connection(OPENAI, standin_url(settings), "standin")
    elif openai_key or settings.openai_base_url:
        # Servers without keys exist; the client wants one, so it gets a word that says nothing.
        url = settings.openai_base_url.rstrip("/") or OPENAI_URL
        found[OPENAI] = Connection(OPENAI, url, openai_key or "none")
    anthropic_key = settings.anthropic_api_key.get_secret_value()
    if anthropic_key:
        url = os.environ.get("ANTHROPIC_BASE_URL", ANTHROPIC_URL).rstrip("/")
        found[ANTHROPIC] = Connection(ANTHROPIC, url, anthropic_key)
    return found

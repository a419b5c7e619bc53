"""The network address a request came from, behind as many proxies as are trusted."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from gptchina.domain.accounts import Device
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+")


def device_of(connection: HTTPConnection) -> Device:
    """Return the device a request or socket comes from."""
    return Device(client_address(connection), connection.headers.get("user-agent", ""))


def client_address(connection: HTTPConnection) -> str:
    """Return the address of the client, or "" if the server was given none.

    With TRUSTED_PROXY_HOPS = n the n-th entry of X-Forwarded-For from the right was written by
    the outermost trusted proxy; everything left of it is the client's own claim.
    """
    peer = connection.client.host if connection.client else ""
    hops = get_settings().trusted_proxy_hops
    if hops:
        forwarded = ",".join(connection.headers.getlist("x-forwarded-for")).split(",")
        if len(forwarded) >= hops:
            return _address(forwarded[-hops]) or _address(peer)
    return _address(peer)


def _address(text: str) -> str:
    text = text.strip()
    if match := _WITH_PORT.fullmatch(text):
        text = match[1] or match[2]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)

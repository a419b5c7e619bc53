"""`python -m gptchina.standins` serves each stand-in alone."""

from __future__ import annotations

import asyncio
import signal
import sys

import httpx
import pytest

from gptchina.settings import ROOT
from gptchina.standins.serving import free_port


@pytest.mark.parametrize(
    ("words", "setting", "path"),
    [
        ([], "OPENAI_BASE_URL=http://127.0.0.1:{port}/v1", "/models"),
        (["model"], "OPENAI_BASE_URL=http://127.0.0.1:{port}/v1", "/models"),
        (["stripe"], "STRIPE_API_BASE=http://127.0.0.1:{port}", "/js/stripe.js"),
    ],
)
async def test_a_stand_in_says_by_which_setting_it_is_found(
    words: list[str], setting: str, path: str
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gptchina.standins", *words, "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(60), httpx.AsyncClient() as http:
            said = (await process.stdout.readline()).decode().strip()
            assert said == setting.format(port=port)
            reply = await http.get(said.partition("=")[2] + path)
            assert reply.status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0

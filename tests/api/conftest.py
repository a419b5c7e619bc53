"""The HTTP application, called as a browser on another machine would call it."""

from __future__ import annotations

import logging
import os

import httpx
import pytest
import redis
import structlog

from gptchina.api import build_api
from gptchina.settings import get_settings

ORIGIN = "http://localhost:3000"
ADDRESS = "203.0.113.5"


@pytest.fixture
def set_environment(database, monkeypatch):
    """Change settings by their environment names."""

    def change(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()

    change(PUBLIC_URL=ORIGIN)
    return change


@pytest.fixture
def in_production(set_environment):
    """Run as an installation people reach over TLS."""
    set_environment(
        ENVIRONMENT="production",
        PUBLIC_URL="https://chat.example.com",
        SECRET_KEY="s" * 32,
        CREDS_KEY="c" * 32,
    )


@pytest.fixture
def make_client(set_environment):
    """Return a maker of clients of one application, each with its own cookies."""
    built = build_api()

    def make(base_url=ORIGIN, api=built):
        transport = httpx.ASGITransport(api, client=(ADDRESS, 50000))
        return httpx.AsyncClient(transport=transport, base_url=base_url)

    return make


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture
def restored_logging():
    """Put logging back as it was after a test that configures it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def redis_url():
    """Return the URL of a Redis that answers, or skip."""
    url = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
    with redis.Redis.from_url(url, socket_connect_timeout=2) as connection:
        try:
            connection.ping()
        except redis.ConnectionError as error:
            pytest.skip(f"Redis is not reachable: {error}")
    return url

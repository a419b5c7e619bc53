from threading import Event

import pytest
from sqlalchemy.exc import OperationalError

from gptchina.domain import readiness


async def test_health_asks_nobody(client, monkeypatch):
    monkeypatch.setattr(readiness, "check_database", pytest.fail)
    response = await client.get("/api/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_asks_the_database(client):
    response = await client.get("/api/ready")
    assert (response.status_code, response.json()) == (200, {"database": "ok"})


async def test_an_unreachable_database_is_named(client, monkeypatch):
    def fail():
        raise OperationalError("SELECT 1", {}, Exception("connection to db:hunter2@x refused"))

    monkeypatch.setattr(readiness, "check_database", fail)
    response = await client.get("/api/ready")
    assert (response.status_code, response.json()) == (503, {"database": "failed"})


async def test_a_database_that_hangs_is_not_waited_for(client, monkeypatch):
    release = Event()
    monkeypatch.setattr(readiness, "SECONDS", 0.05)
    monkeypatch.setattr(readiness, "check_database", release.wait)
    try:
        response = await client.get("/api/ready")
    finally:
        release.set()
    assert (response.status_code, response.json()) == (503, {"database": "failed"})


@pytest.mark.redis
async def test_ready_asks_redis_when_it_is_set(client, set_environment, redis_url):
    set_environment(REDIS_URL=redis_url)
    response = await client.get("/api/ready")
    assert (response.status_code, response.json()) == (200, {"database": "ok", "redis": "ok"})


async def test_an_unreachable_redis_is_named(client, set_environment):
    set_environment(REDIS_URL="redis://127.0.0.1:1/0")
    response = await client.get("/api/ready")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "redis": "failed"}

"""The history as a file: one's own, exact, and nobody else's."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from gptchina.db.engine import transaction
from gptchina.domain import ledger

ADDRESS = "/api/usage.csv"


async def register(client, email="li@example.com"):
    form = {"name": "Li", "email": email, "password": "long enough"}
    answer = await client.post("/api/register", json=form)
    assert answer.status_code == 200


def rows_of(answer):
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_the_file_is_a_download_that_adds_up(client):
    await register(client)
    with transaction() as session:
        ledger.grant(session, 1, 5, key="grant:1", kind="grant", note="=1+1")
    answer = await client.get(ADDRESS, params={"zone": "Asia/Shanghai"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith("\ufeff".encode())
    rows = rows_of(answer)
    assert [row["kind"] for row in rows] == ["start", "grant"]
    assert sum(int(row["change"]) for row in rows) == 20_005
    assert rows[1]["note"] == "'=1+1"


async def test_nobody_gets_anothers_file(make_client):
    mine, theirs = make_client(), make_client()
    await register(mine)
    await register(theirs, "han@example.com")
    with transaction() as session:
        ledger.grant(session, 1, 5, key="grant:1", kind="grant", note="a secret")
    assert "a secret" in (await mine.get(ADDRESS)).text
    answer = await theirs.get(ADDRESS, params={"account": "1", "account_id": "1"})
    assert "a secret" not in answer.text
    assert len(rows_of(answer)) == 1


async def test_without_a_session_there_is_no_file(client):
    answer = await client.get(ADDRESS)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "x" * 1000])
async def test_a_zone_that_is_none_is_refused(client, zone):
    await register(client)
    answer = await client.get(ADDRESS, params={"zone": zone})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_time_zone")

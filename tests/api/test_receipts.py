"""Receipts over HTTP: to whom they are given, as what, and that they are kept nowhere."""

import pytest
from sqlmodel import select

from gptchina.db.engine import transaction
from gptchina.db.models import Account
from tests.factories import make_account, make_purchase

FORM = {"name": "Li", "password": "long enough"}


async def sign_in(client, email="li@example.com", role="user"):
    response = await client.post("/api/register", json={**FORM, "email": email})
    assert response.status_code == 200
    with transaction() as session:
        account = session.exec(select(Account).where(Account.email == email)).one()
        account.role = role
        assert account.id is not None
        return account.id


async def test_the_buyer_gets_a_file_that_nobody_keeps(client):
    payment_id = make_purchase(await sign_in(client))
    response = await client.get(f"/api/receipts/{payment_id}.pdf")
    assert response.status_code == 200
    assert response.content.startswith(b"%PDF-")
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["cache-control"] == "no-store"
    name = f'attachment; filename="receipt-GC-{payment_id:08}.pdf"'
    assert response.headers["content-disposition"] == name


async def test_an_administrator_gets_anybodys(client):
    await sign_in(client, role="admin")
    payment_id = make_purchase(make_account())
    assert (await client.get(f"/api/receipts/{payment_id}.pdf")).status_code == 200


async def test_a_stranger_cannot_tell_that_there_is_one(client, make_client):
    payment_id = make_purchase(make_account())
    nobody = make_client()
    await sign_in(client, role="user")
    with transaction() as session:
        # The first account of an installation administers it.
        session.exec(select(Account).where(Account.email == "li@example.com")).one().role = "user"
    theirs = await client.get(f"/api/receipts/{payment_id}.pdf")
    none = await client.get(f"/api/receipts/{payment_id + 1}.pdf")
    unknown = await nobody.get(f"/api/receipts/{payment_id}.pdf")
    assert {each.status_code for each in (theirs, none, unknown)} == {404}
    assert theirs.content == none.content == unknown.content


@pytest.mark.parametrize("number", ["0", "x", "1e3", "-1", "9" * 19, "9" * 5000, "1%2F2", "%00"])
async def test_rubbish_is_not_found(client, number):
    make_purchase(await sign_in(client))
    assert (await client.get(f"/api/receipts/{number}.pdf")).status_code == 404


async def test_the_language_can_be_wished(client):
    payment_id = make_purchase(await sign_in(client))
    english = await client.get(f"/api/receipts/{payment_id}.pdf")
    chinese = await client.get(f"/api/receipts/{payment_id}.pdf?lang=zh")
    other = await client.get(f"/api/receipts/{payment_id}.pdf?lang=../../etc/passwd")
    assert english.content != chinese.content
    assert english.content == other.content


async def test_a_receipt_cannot_be_posted_to(client):
    payment_id = make_purchase(await sign_in(client))
    assert (await client.post(f"/api/receipts/{payment_id}.pdf")).status_code == 405


async def test_nothing_that_is_not_paid_is_given_out(client):
    payment_id = make_purchase(await sign_in(client), credited=False)
    assert (await client.get(f"/api/receipts/{payment_id}.pdf")).status_code == 404

"""Of several processes one has a lease, until it ends or is given back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gptchina.domain import clock, payments, upkeep
from gptchina.domain.leases import drop_lease, take_lease
from gptchina.providers.payments import PaymentFailure, PaymentProviderError


def test_one_of_many_has_the_lease_until_it_ends(database, monkeypatch):
    # The engine is made once, before there are threads.
    assert take_lease("reconcile", 60)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: take_lease("audit", 60), range(8)))
    assert taken.count(True) == 1
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=61))
    assert [take_lease("audit", 60), take_lease("audit", 60)] == [True, False]
    drop_lease("audit")
    assert take_lease("audit", 60)


async def test_an_audit_that_failed_is_tried_in_the_next_round(database, monkeypatch):
    asked = []

    async def audit(since):
        asked.append(since)
        if len(asked) == 1:
            raise PaymentProviderError(PaymentFailure.UNAVAILABLE)

    monkeypatch.setattr(payments, "audit", audit)
    with pytest.raises(PaymentProviderError):
        await upkeep.audit_payments()
    for _ in range(3):
        await upkeep.audit_payments()
    assert len(asked) == 2

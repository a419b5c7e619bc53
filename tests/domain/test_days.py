"""Days begin where the reader is, and only zones that exist are zones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from gptchina.domain.days import (
    InvalidDayError,
    InvalidTimeZoneError,
    day_from,
    day_of,
    days_until,
    start_of,
    zone_of,
)


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "America/Argentina/Buenos_Aires"])
def test_iana_names_are_zones(name: str) -> None:
    assert zone_of(name).key == name


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "Asia", "../../etc/passwd", "/etc/localtime", "\0", "x" * 99, None, 8, []],
)
def test_nothing_else_is(name: object) -> None:
    with pytest.raises(InvalidTimeZoneError):
        zone_of(name)


def test_a_day_begins_at_the_readers_midnight() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert start_of(date(2026, 11, 25), shanghai) == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert day_of(datetime(2026, 11, 24, 16, tzinfo=UTC), shanghai) == date(2026, 11, 25)
    assert day_of(datetime(2026, 11, 24, 15, 59, tzinfo=UTC), shanghai) == date(2026, 11, 24)


def test_days_are_read_and_counted() -> None:
    assert day_from("") is None
    assert day_from("2026-11-25") == date(2026, 11, 25)
    for wrong in ("2026-13-01", "yesterday", "9999-12-31", "0001-01-01", "2026-11-25T00:00"):
        with pytest.raises(InvalidDayError):
            day_from(wrong)
    days = [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert days_until(days[-1], 3) == days

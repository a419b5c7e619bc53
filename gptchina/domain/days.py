"""Days as the reader counts them: midnight is where they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gptchina.domain.errors import DomainError

_LONGEST_NAME = 64
# Midnights outside of these years do not fit into a time in every zone.
FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)


class InvalidTimeZoneError(DomainError):
    """The name is none of the IANA time zone database."""

    code = "invalid_time_zone"


class InvalidDayError(DomainError):
    """The text is no day, as in 2026-11-25, or one beyond reason."""

    code = "invalid_day"


def zone_of(name: object) -> ZoneInfo:
    """Return the time zone of an IANA name such as Asia/Shanghai.

    Raises:
        InvalidTimeZoneError: there is no zone of that name.
    """
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidTimeZoneError
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # A folder of the database, a path out of it, or nothing that is there.
        raise InvalidTimeZoneError from None


def day_from(text: str) -> date | None:
    """Return the day that a text names, None for an empty one; raise InvalidDayError for others."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidDayError from None
    if not FIRST <= day <= LAST:
        raise InvalidDayError
    return day


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in a zone, in UTC; the day may have 23 or 25 hours."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day on which a moment is in a zone."""
    return moment.astimezone(zone).date()


def days_until(last: date, count: int) -> list[date]:
    """Return so many days up to and with the last, oldest first."""
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]

"""Usage: where an account's tokens came from and where they went."""

from .causes import Cause
from .charts import PERIODS, DayPoint, InvalidPeriodError, Share, Summary, summary
from .meter import Meter, meter
from .paging import (
    KINDS,
    PAGE,
    Bookmark,
    Filters,
    HistoryEntry,
    HistoryPage,
    InvalidFilterError,
    history,
)
from .spreadsheet import export

__all__ = [
    "KINDS",
    "PAGE",
    "PERIODS",
    "Bookmark",
    "Cause",
    "DayPoint",
    "Filters",
    "HistoryEntry",
    "HistoryPage",
    "InvalidFilterError",
    "InvalidPeriodError",
    "Meter",
    "Share",
    "Summary",
    "export",
    "history",
    "meter",
    "summary",
]

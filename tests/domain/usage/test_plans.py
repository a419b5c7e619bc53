"""No question about an account reads a table from end to end, however long the history is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from gptchina.db.engine import get_engine
from gptchina.domain import usage
from gptchina.domain.catalog import DEMO_MODEL
from gptchina.domain.usage import Filters

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from .conftest import Past

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG = "ledger_entry|usage|conversation|payment|message"

QUESTIONS: dict[str, Callable[[int], Any]] = {
    "history": lambda account: usage.history(account, Filters(SHANGHAI)),
    "kind": lambda account: usage.history(account, Filters(SHANGHAI, "turn")),
    "text": lambda account: usage.history(account, Filters(SHANGHAI, text="tea")),
    "charts": lambda account: usage.summary(account, 365, SHANGHAI),
    "meter": lambda account: usage.meter(account, "c" * 32, DEMO_MODEL, SHANGHAI),
    "export": lambda account: list(usage.export(account, SHANGHAI)),
}


def plan_of(connection: Connection, statement: str, values: Any) -> str:
    """Return how the database goes about a statement, as it tells itself."""
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(row[3] for row in plan)
    # So small a table would be read whole for its size; then, only if there is no other way.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_statement_goes_by_an_index(busy: Past, question: str) -> None:
    engine, asked = get_engine(), list[tuple[str, Any]]()

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if re.search(rf"FROM ({LONG})\b", statement):
            asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    QUESTIONS[question](busy.account)
    event.remove(engine, "before_cursor_execute", note)
    assert asked
    for statement, values in asked:
        with engine.connect() as connection:
            plan = plan_of(connection, statement, values)
        assert not re.search(rf"\bSCAN ({LONG})\b|Seq Scan on ({LONG})\b", plan), plan

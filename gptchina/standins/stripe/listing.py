"""Lists in pages, and the objects inside an object that a request wants whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from gptchina.standins.stripe.parameters import truth, whole_number
from gptchina.standins.stripe.refusal import RefusedError, missing

if TYPE_CHECKING:
    from gptchina.standins.stripe.transaction import Transaction

_LONGEST_PAGE = 100
_ORDINARY_PAGE = 10
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
# What each list can be narrowed to, beside the time.
_FILTERS = {
    "payment_intent": {"customer"},
    "charge": {"customer", "payment_intent"},
    "refund": {"charge", "payment_intent"},
    "dispute": {"charge", "payment_intent"},
    "customer": {"email"},
    "event": {"type", "types", "delivery_success"},
}
_PAGING = {"limit", "starting_after", "ending_before", "created", "expand"}


class _Where:
    """Conditions with their values."""

    def __init__(self, kind: str) -> None:
        self.text, self.values = "kind = ?", [kind]

    def also(self, condition: str, *values: Any) -> None:  # noqa: ANN401 -- what SQLite takes
        self.text += f" AND {condition}"
        self.values += values

    def field(self, name: str, value: object) -> None:
        self.also(f"json_extract(body, '$.{name}') = ?", str(value))


def list_of(tx: Transaction, kind: str, data: dict[str, Any], url: str) -> dict[str, Any]:
    """Return one page of the objects of a kind, newest first; raise RefusedError."""
    for name in sorted(set(data) - _PAGING - _FILTERS[kind]):
        message = f"Received unknown parameter: {name}"
        raise RefusedError(400, message, code="parameter_unknown", param=name)
    limit = whole_number(data.get("limit", _ORDINARY_PAGE), "limit")
    if not 1 <= limit <= _LONGEST_PAGE:
        raise RefusedError(400, f"Limit must be from 1 to {_LONGEST_PAGE}", param="limit")
    where = _Where(kind)
    _narrow(where, data)
    backwards = _begin(tx, where, data, kind)
    rows = tx.connection.execute(
        f"SELECT body FROM objects WHERE {where.text} "  # noqa: S608 -- the values are parameters
        f"ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?",
        (*where.values, limit + 1),
    ).fetchall()
    page = [orjson.loads(body) for (body,) in rows[:limit]]
    if backwards:
        page.reverse()
    return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": page}


def _narrow(where: _Where, data: dict[str, Any]) -> None:
    for name in ("customer", "payment_intent", "charge", "email"):
        if name in data:
            where.field(name, data[name])
    _narrow_time(where, data.get("created", {}))
    names = data.get("types", [])
    if names:
        marks = ", ".join("?" * len(names))
        where.also(f"json_extract(body, '$.type') IN ({marks})", *names)
    if "type" in data:
        where.also("json_extract(body, '$.type') GLOB ?", data["type"])
    if "delivery_success" in data:
        done = truth(data["delivery_success"], "delivery_success")
        where.also("(id NOT IN (SELECT event FROM deliveries)) = ?", int(done))


def _narrow_time(where: _Where, created: object) -> None:
    if not isinstance(created, dict):
        where.also("created = ?", whole_number(created, "created"))
        return
    for name, value in created.items():
        if name not in _COMPARISONS:
            raise RefusedError(400, f"Unknown comparison: {name}", param=f"created[{name}]")
        where.also(f"created {_COMPARISONS[name]} ?", whole_number(value, f"created[{name}]"))


def _begin(tx: Transaction, where: _Where, data: dict[str, Any], kind: str) -> bool:
    """Begin the page behind or before an object; return whether it is read backwards."""
    if "starting_after" in data and "ending_before" in data:
        message = "You may only specify one of these parameters: ending_before, starting_after."
        raise RefusedError(400, message, param="ending_before")
    for param, comparison in (("starting_after", "<"), ("ending_before", ">")):
        if param in data:
            found = tx.connection.execute(
                "SELECT seq FROM objects WHERE id = ? AND kind = ?", (data[param], kind)
            ).fetchone()
            if not found:
                raise missing(kind, data[param], param)
            where.also(f"seq {comparison} ?", found[0])
    return "ending_before" in data


def expanded(tx: Transaction, reply: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    """Return the reply with objects in place of the names that `expand[]` lists."""
    for path in wanted:
        _expand(tx, reply, path.split("."), path)
    return reply


def _expand(tx: Transaction, place: Any, path: list[str], whole: str) -> None:  # noqa: ANN401
    if isinstance(place, list):
        for each in place:
            _expand(tx, each, path, whole)
        return
    name, *rest = path
    if not isinstance(place, dict) or name not in place:
        raise RefusedError(400, f"This property cannot be expanded ({whole}).", param="expand")
    value = place[name]
    if isinstance(value, str):
        found = tx.find(value)
        if found is None:
            raise RefusedError(400, f"This property cannot be expanded ({whole}).", param="expand")
        value = place[name] = found
    if rest and value is not None:
        _expand(tx, value, rest, whole)

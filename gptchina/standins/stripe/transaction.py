"""One transaction of the stand-in: reading and changing objects, and telling of it in events."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from gptchina.standins.stripe.refusal import missing

if TYPE_CHECKING:
    import sqlite3

API_VERSION = "2026-10-28.endive"
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS objects (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        created INTEGER NOT NULL, body TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS objects_of_kind ON objects (kind, seq)",
    """CREATE TABLE IF NOT EXISTS replies (
        key TEXT PRIMARY KEY, request TEXT NOT NULL,
        status INTEGER NOT NULL, body TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS deliveries (
        event TEXT PRIMARY KEY, attempts INTEGER NOT NULL, due REAL NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS faults (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, path_part TEXT NOT NULL, method TEXT NOT NULL,
        times INTEGER NOT NULL, fault TEXT NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY)",
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: with which kind of key, at which address, and with which names for the request."""

    base: str = ""
    secret: bool = True
    livemode: bool = False
    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class Transaction:
    """The objects while nobody else changes them.

    An object is a dict as Stripe writes it; a name that begins with an underscore is the
    stand-in's own and is never shown.
    """

    connection: sqlite3.Connection
    methods: tuple[str, ...]
    asker: Asker = field(default_factory=Asker)

    def add(self, kind: str, prefix: str, **fields: object) -> dict[str, Any]:
        """Make an object with a name of its own and return it."""
        made = {
            "id": prefix + secrets.token_hex(12),
            "object": kind,
            "created": int(time.time()),
            "livemode": self.asker.livemode,
            **fields,
        }
        self.connection.execute(
            "INSERT INTO objects (id, kind, created, body) VALUES (?, ?, ?, ?)",
            (made["id"], kind, made["created"], _written(made)),
        )
        return made

    def save(self, changed: dict[str, Any]) -> None:
        """Keep an object as it is now."""
        self.connection.execute(
            "UPDATE objects SET body = ? WHERE id = ?", (_written(changed), changed["id"])
        )

    def find(self, identifier: object) -> dict[str, Any] | None:
        """Return the object of that name."""
        row = self.connection.execute(
            "SELECT body FROM objects WHERE id = ?", (str(identifier),)
        ).fetchone()
        return orjson.loads(row[0]) if row else None

    def get(self, kind: str, identifier: object, param: str = "id") -> dict[str, Any]:
        """Return the object of that kind and name; raise RefusedError where there is none."""
        found = self.find(identifier)
        if found is None or found["object"] != kind:
            raise missing(kind, str(identifier), param)
        return found

    def all_of(self, kind: str, **wanted: object) -> list[dict[str, Any]]:
        """Return the objects of a kind whose fields have these values, newest first."""
        where = "".join(f" AND json_extract(body, '$.{name}') = ?" for name in wanted)
        rows = self.connection.execute(
            f"SELECT body FROM objects WHERE kind = ?{where} ORDER BY seq DESC",  # noqa: S608 -- names are ours
            (kind, *wanted.values()),
        )
        return [orjson.loads(body) for (body,) in rows]

    def emit(self, name: str, about: dict[str, Any], **previous: object) -> None:
        """Tell of an object as it is now; previous are the fields it had before."""
        data: dict[str, Any] = {"object": shown(about)}
        if previous:
            data["previous_attributes"] = previous
        asked = {"id": self.asker.request_id, "idempotency_key": self.asker.idempotency_key}
        event = self.add(
            "event",
            "evt_",
            api_version=API_VERSION,
            data=data,
            livemode=about["livemode"],
            pending_webhooks=1,
            request=asked,
            type=name,
        )
        self.connection.execute(
            "INSERT INTO deliveries (event, attempts, due) VALUES (?, 0, ?)",
            (event["id"], time.time()),
        )

    def marked(self, name: str) -> bool:
        """Return whether a mark is set."""
        return bool(
            self.connection.execute("SELECT 1 FROM marks WHERE name = ?", (name,)).fetchone()
        )

    def mark(self, name: str, *, on: bool) -> None:
        """Set or take away a mark that all processes see."""
        change = (
            "INSERT OR IGNORE INTO marks VALUES (?)" if on else "DELETE FROM marks WHERE name = ?"
        )
        self.connection.execute(change, (name,))


def _written(value: dict[str, Any]) -> str:
    # Text, because SQLite reads JSON in nothing else.
    return orjson.dumps(value).decode()


def shown(value: Any) -> Any:  # noqa: ANN401 -- objects nest as they like
    """Return an object without what is the stand-in's own."""
    if isinstance(value, dict):
        return {name: shown(each) for name, each in value.items() if not name.startswith("_")}
    return [shown(each) for each in value] if isinstance(value, list) else value

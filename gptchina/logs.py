"""Structured logs: one door for the program and its libraries, and no secret passes it."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

import structlog
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gptchina.settings import Settings, get_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from structlog.typing import EventDict, Processor

REMOVED = "[removed]"
SECRET_WORDS = {
    "apikey",
    "authorization",
    "cookie",
    "cookies",
    "credentials",
    "key",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "token",
}
# These say what happens at every request, at a level meant for what is worth knowing.
CHATTY = ("httpx", "httpcore", "LiteLLM", "alembic", "stripe", "urllib3")

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHAPES = (
    # Headers, key-value texts and JSON: the name stays, for it says what was there.
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}"),
    re.compile(r"(?i)((?:set-)?cookie[\"']?\s*[:=]\s*)[^\r\n]+"),
    re.compile(
        r"(?i)((?:password|passwd|secret|token|authorization|api[_-]?key|[_-]key)"
        r"[\"']?\s*[:=]\s*[\"']?)(?!\[removed\])[^\s\"',;&}\])]+"
    ),
    re.compile(r"((?:__Host-)?gptchina=)[\w-]+"),
    re.compile(r"(\w://[^\s:/@]*:)[^\s/@]+(?=@)"),
    re.compile(r"()\b(?:sk|rk|pk|whsec)[-_][\w-]{8,}"),
)

get_logger = structlog.stdlib.get_logger


def configure(settings: Settings | None = None, stream: TextIO = sys.stdout) -> None:
    """Send all logs to a stream: JSON lines in production, readable ones elsewhere."""
    settings = settings or get_settings()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # The text of an exception is made first, since it may hold a secret as well.
                structlog.processors.format_exc_info,
                Redaction(own_secrets(settings)),
                _renderer(settings),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    logging.captureWarnings(capture=True)
    take_over_loggers()


def take_over_loggers() -> None:
    """Let libraries log through the root alone; call it again after one that brings handlers."""
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(settings: Settings) -> Processor:
    if settings.production:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def own_secrets(settings: Settings) -> set[str]:
    """Return the values of the settings that must never be seen."""
    secrets = {
        value.get_secret_value()
        for value in (getattr(settings, name) for name in type(settings).model_fields)
        if hasattr(value, "get_secret_value")
    }
    for url in (settings.database, settings.redis_url):
        try:
            secrets.add(make_url(url).password or "")
        except ArgumentError:
            continue
    return {secret for secret in secrets if len(secret) >= 6}  # noqa: PLR2004 -- "" is in every text


class Redaction:
    """Removes secrets from a log entry: by the name they go by, by shape, and by value."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        """Return the entry without secrets."""
        return cast("EventDict", self._clean(event))

    def _clean(self, value: Any) -> Any:  # noqa: ANN401 -- anything can be logged
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, dict):
            return self._clean_items(cast("Mapping[Any, Any]", value))
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(each) for each in cast("Iterable[Any]", value)]
        return self._clean_text(value if isinstance(value, str) else repr(value))

    def _clean_items(self, items: Mapping[Any, Any]) -> dict[str, Any]:
        return {
            self._clean_text(str(name)): REMOVED
            if names_a_secret(str(name))
            else self._clean(value)
            for name, value in items.items()
        }

    def _clean_text(self, text: str) -> str:
        if self._known:
            text = self._known.sub(REMOVED, text)
        for shape in _SHAPES:
            text = shape.sub(rf"\g<1>{REMOVED}", text)
        return text


def names_a_secret(name: str) -> bool:
    """Return whether a field of that name is one: "api_key" and "sessionToken", not "tokens"."""
    return any(word.lower() in SECRET_WORDS for word in _WORD.findall(name)) or (
        name.lower() in SECRET_WORDS
    )

"""Stand-ins are for development and tests: none is ever built in production."""

from __future__ import annotations

from gptchina.settings import Environment, Settings


class StandInRefusedError(RuntimeError):
    """A stand-in was asked for in production."""


def refuse_in_production(environment: Environment | None = None) -> None:
    """Raise StandInRefusedError in production; None asks the settings where this runs."""
    if (environment or Settings().environment) is Environment.PRODUCTION:
        raise StandInRefusedError("stand-ins never run in production")

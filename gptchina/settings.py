"""Every setting of the program, typed, from the environment and the file `.env`."""

from __future__ import annotations

import secrets
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT_SECRET_PREFIX = "development-"  # noqa: S105 -- marks a generated secret, is none


class Environment(StrEnum):
    """Where the program runs; decides what is refused and what is provided."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one line that names it."""


class Settings(BaseSettings):
    """All settings. Field names in upper case are the environment's names."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Environment = Environment.DEVELOPMENT
    public_url: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 3000
    host: str = ""
    data_dir: Path = Path("data")
    secret_key: SecretStr = SecretStr("")
    creds_key: SecretStr = SecretStr("")
    database_url: Annotated[str, Field(pattern=r"^(|(sqlite|postgres(ql)?)(\+\w+)?://.+)$")] = ""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    redis_url: Annotated[str, Field(pattern=r"^(|(rediss?|unix)://.+)$")] = ""
    trusted_proxy_hops: Annotated[int, Field(ge=0, le=9)] = 0
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    allow_registration: bool = True
    allow_email_login: bool = True

    start_balance: Annotated[int, Field(ge=0, le=10**12)] = 20_000
    claim_amount: Annotated[int, Field(ge=1, le=10**12)] = 20_000
    claim_cooldown_hours: Annotated[int, Field(ge=1, le=24 * 365)] = 24

    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: Annotated[str, Field(pattern=r"^(|https?://.+)$")] = ""
    anthropic_api_key: SecretStr = SecretStr("")
    config_file: Path = Path("gptchina.yaml")

    @property
    def production(self) -> bool:
        """Whether this is a production installation."""
        return self.environment is Environment.PRODUCTION

    @property
    def url(self) -> str:
        """Return the address people use, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def origins(self) -> list[str]:
        """Return the origins whose pages may call the program."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        # Browsers know one machine by two names, and a developer uses either.
        local = {"localhost", "127.0.0.1"}
        here = not self.production and parts.hostname in local
        names = sorted(local) if here else [parts.netloc.removesuffix(port)]
        return [f"{parts.scheme}://{name}{port}" for name in names]

    @property
    def https(self) -> bool:
        """Whether people reach the program over TLS."""
        return self.url.startswith("https://")

    @property
    def bind(self) -> str:
        """Return the address to listen on: only this machine unless in production."""
        return self.host or ("0.0.0.0" if self.production else "127.0.0.1")  # noqa: S104

    @property
    def database(self) -> str:
        """Return the SQLAlchemy URL of the database."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'gptchina.db'}"
        for scheme in ("postgres://", "postgresql://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    @property
    def demo_model(self) -> bool:
        """Whether the stand-in model answers, because no provider is configured."""
        configured = (
            self.openai_api_key.get_secret_value()
            or self.anthropic_api_key.get_secret_value()
            or self.openai_base_url
        )
        return not self.production and not configured

    @model_validator(mode="after")
    def _refuse_workers_that_cannot_meet(self) -> Self:
        if self.workers > 1 and not self.redis_url:
            raise ValueError("WORKERS above 1 needs REDIS_URL, by which the processes meet")
        return self

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if self.public_url:
            parts = urlsplit(self.public_url)
            if parts.scheme not in {"http", "https"} or not parts.hostname or "*" in parts.netloc:
                raise ValueError("PUBLIC_URL must be one address such as https://chat.example.com")
        if not self.production:
            return self
        if not self.public_url:
            raise ValueError("PUBLIC_URL is missing: production needs the address people use")
        for name in ("secret_key", "creds_key"):
            value: str = getattr(self, name).get_secret_value()
            if len(value) < 32 or value.startswith(DEVELOPMENT_SECRET_PREFIX):  # noqa: PLR2004
                raise ValueError(
                    f"{name.upper()} must be a random text of at least 32 characters in production"
                )
        if "/standins/" in self.openai_base_url:
            raise ValueError("OPENAI_BASE_URL names a stand-in, which production refuses")
        return self


def _development_secret(folder: Path, name: str) -> str:
    """Return the kept secret of that name, made on first use, readable by its owner only."""
    path = folder / f"{name}.secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(DEVELOPMENT_SECRET_PREFIX + secrets.token_urlsafe(48))
    return path.read_text()


def _reason(error: ErrorDetails) -> str:
    """Return what is wrong with a value, without the value: it may be a secret."""
    if error["type"] == "string_pattern_mismatch":
        return "not an address of the kind this setting takes, see .env.example"
    return error["msg"].removeprefix("Value error, ")


def load_settings() -> Settings:
    """Read the settings; raise SettingsError with one line that names what is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {_reason(first)}" if name else _reason(first)) from None
    if settings.production:
        return settings
    kept = {
        name: SecretStr(_development_secret(settings.data_dir, name))
        for name in ("secret_key", "creds_key")
        if not getattr(settings, name).get_secret_value()
    }
    return settings.model_copy(update=kept)


@cache
def get_settings() -> Settings:
    """Return the settings, read once."""
    return load_settings()

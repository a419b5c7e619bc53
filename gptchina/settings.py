"""Every setting of the program, typed, from the environment and the file `.env`."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT_SECRET_PREFIX = "development-"  # noqa: S105 -- marks a generated secret, is none

_SENDER = re.compile(r"[^\s@<>]+@[^\s@<>]+|[^@<>\r\n]+ <[^\s@<>]+@[^\s@<>]+>")


class Environment(StrEnum):
    """Where the program runs; decides what is refused and what is provided."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one line that names it."""


class StripeAccount(NamedTuple):
    """By which keys and where Stripe is asked; `script` is its Stripe.js, "" for Stripe's own."""

    secret_key: str
    publishable_key: str
    webhook_secrets: tuple[str, ...]
    api_base: str
    script: str


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

    stripe_secret_key: SecretStr = SecretStr("")
    stripe_publishable_key: Annotated[str, Field(pattern=r"^(|pk_(test|live)_\w+)$")] = ""
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_api_base: Annotated[str, Field(pattern=r"^(|https?://.+)$")] = ""
    stripe_crypto: bool = False
    btcpay_url: Annotated[str, Field(pattern=r"^(|https?://.+)$")] = ""
    btcpay_store_id: str = ""
    btcpay_api_key: SecretStr = SecretStr("")
    btcpay_webhook_secret: SecretStr = SecretStr("")
    purchase_attempts_per_hour: Annotated[int, Field(ge=1, le=1000)] = 10
    purchase_amount_per_day: Annotated[int, Field(ge=0, le=10**9)] = 500_000

    allow_codes: bool = False
    referral_reward: Annotated[int, Field(ge=0, le=10**12)] = 0

    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""

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

    @property
    def standin_stripe(self) -> bool:
        """Whether the stand-in Stripe takes test payments, because no account is configured."""
        return not self.production and not self.stripe_secret_key.get_secret_value()

    @property
    def stripe(self) -> StripeAccount:
        """Return the account that takes payments; in development without one, the stand-in's."""
        if not self.standin_stripe:
            secrets_given = self.stripe_webhook_secret.get_secret_value().split(",")
            return StripeAccount(
                secret_key=self.stripe_secret_key.get_secret_value(),
                publishable_key=self.stripe_publishable_key,
                webhook_secrets=tuple(each.strip() for each in secrets_given if each.strip()),
                api_base=self.stripe_api_base,
                script=f"{self.stripe_api_base}/js/stripe.js" if self.stripe_api_base else "",
            )
        # Every process that serves must come to the same secret.
        key = self.secret_key.get_secret_value().encode()
        webhook_secret = hmac.new(key, b"stand-in Stripe", hashlib.sha256).hexdigest()
        return StripeAccount(
            secret_key="sk_test_standin",  # noqa: S106 -- opens the stand-in, which anybody can
            publishable_key="pk_test_standin",
            webhook_secrets=(f"whsec_{webhook_secret}",),
            api_base=f"http://127.0.0.1:{self.port}/standins/stripe",
            script="/standins/stripe/js/stripe.js",
        )

    @property
    def test_payments(self) -> bool:
        """Whether payments by Stripe move no real money: by its stand-in, or with a test key."""
        key = self.stripe_secret_key.get_secret_value()
        return self.standin_stripe or "_test_" in key[:8]

    @property
    def card_payments(self) -> bool:
        """Whether purchases by Stripe are possible at all."""
        return self.standin_stripe or bool(self.stripe_secret_key.get_secret_value())

    @property
    def bitcoin_payments(self) -> bool:
        """Whether purchases by Bitcoin are possible: a BTCPay Server is configured."""
        return bool(self.btcpay_url)

    @model_validator(mode="after")
    def _refuse_half_an_account(self) -> Self:
        secret = self.stripe_secret_key.get_secret_value()
        if secret and not secret.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
            raise ValueError("STRIPE_SECRET_KEY must begin with sk_test_, sk_live_ or rk_…")
        if bool(secret) != bool(self.stripe_publishable_key):
            raise ValueError("STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY need each other")
        if secret and ("_test_" in secret[:8]) != ("_test_" in self.stripe_publishable_key[:8]):
            raise ValueError("STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY are of different modes")
        parts = (self.btcpay_store_id, self.btcpay_api_key.get_secret_value())
        if self.btcpay_url and not all(parts):
            raise ValueError("BTCPAY_URL needs BTCPAY_STORE_ID and BTCPAY_API_KEY")
        return self

    @model_validator(mode="after")
    def _refuse_mail_from_nobody(self) -> Self:
        smtp = self.smtp_url.get_secret_value()
        if smtp and not smtp.startswith(("smtp://", "smtps://")):
            raise ValueError("SMTP_URL must begin with smtp:// or smtps://")
        if smtp and not urlsplit(smtp).hostname:
            raise ValueError("SMTP_URL names no host")
        if smtp and not self.mail_from:
            raise ValueError("SMTP_URL needs MAIL_FROM, the address that receipts come from")
        if self.mail_from and not _SENDER.fullmatch(self.mail_from):
            raise ValueError("MAIL_FROM must be as you@example.com or GPTChina <you@example.com>")
        return self

    @model_validator(mode="after")
    def _refuse_workers_that_cannot_meet(self) -> Self:
        if self.workers > 1 and not self.redis_url:
            raise ValueError("WORKERS above 1 needs REDIS_URL, by which the processes meet")
        return self

    @model_validator(mode="after")
    def _refuse_an_address_of_many(self) -> Self:
        if self.public_url:
            parts = urlsplit(self.public_url)
            if parts.scheme not in {"http", "https"} or not parts.hostname or "*" in parts.netloc:
                raise ValueError("PUBLIC_URL must be one address such as https://chat.example.com")
        return self

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
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
        for name in ("openai_base_url", "stripe_api_base"):
            if "/standins/" in getattr(self, name):
                raise ValueError(f"{name.upper()} names a stand-in, which production refuses")
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

"""The configuration file: models and their prices, packages, and what holds for all of them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from gptchina.settings import SettingsError, get_settings

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_ID = 200

Rate = Annotated[Decimal, Field(ge=0, allow_inf_nan=False, max_digits=18)]


class ModelEntry(BaseModel):
    """A model in the configuration file; what is left out comes from litellm's table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    vendor: str = "openai"
    name: str = ""
    upstream: str = ""
    input: Rate | None = None
    output: Rate | None = None
    cache_read: Rate | None = None
    cache_write: Rate | None = None
    context_window: Annotated[int, Field(ge=1_000)] | None = None
    max_output: Annotated[int, Field(ge=16)] | None = None


class PackageEntry(BaseModel):
    """A package of tokens for sale; prices in minor units of the currency, usd in cents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    tokens: Annotated[int, Field(ge=1, le=10**12)]
    price: Annotated[int, Field(ge=1, le=10**9)]
    original: Annotated[int, Field(ge=1, le=10**9)] | None = None
    popular: bool = False
    usd: Annotated[int, Field(ge=1, le=10**9)] | None = None

    @model_validator(mode="after")
    def _refuse_a_discount_that_is_none(self) -> Self:
        if self.original is not None and self.original <= self.price:
            raise ValueError("original must be more than price")
        return self


class SellerEntry(BaseModel):
    """Who sells, as receipts say it; the address has as many lines as it needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=80)] = "GPTChina"
    address: Annotated[str, Field(max_length=400)] = ""


Entry = TypeVar("Entry", ModelEntry, PackageEntry)


class ConfigFile(BaseModel):
    """The configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    markup: Annotated[Decimal, Field(gt=0, le=1000, allow_inf_nan=False)] = Decimal(1)
    max_output: Annotated[int, Field(ge=16)] = 4096
    min_output: Annotated[int, Field(ge=1)] = 64
    models: tuple[ModelEntry, ...] = ()
    currency: Annotated[str, Field(pattern=r"^[a-z]{3}$")] = "cny"
    packages: tuple[PackageEntry, ...] = ()
    seller: SellerEntry = SellerEntry()

    @field_validator("models", "packages")
    @classmethod
    def _refuse_twins(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        ids = Counter(entry.id for entry in entries)
        twins = [name for name, count in ids.items() if count > 1]
        if twins:
            raise ValueError(f"{twins[0]} is there twice")
        return entries

    @field_validator("packages")
    @classmethod
    def _refuse_two_favourites(cls, packages: tuple[PackageEntry, ...]) -> tuple[PackageEntry, ...]:
        if sum(package.popular for package in packages) > 1:
            raise ValueError("only one package can be the popular one")
        return packages


def load_file(path: Path) -> ConfigFile:
    """Read the configuration file; raise SettingsError with one line that names what is wrong."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ConfigFile.model_validate({} if content is None else content)
    except FileNotFoundError:
        raise SettingsError(f"CONFIG_FILE: there is no file {path}") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {place}: {first['msg']}") from None


@cache
def config_file() -> ConfigFile:
    """Return the configured file, read once."""
    return load_file(get_settings().config_file)

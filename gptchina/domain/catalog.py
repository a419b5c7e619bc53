"""Which models are offered, and at what price: the one place both pages and bills ask."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from gptchina.domain.errors import DomainError
from gptchina.domain.pricing import MOST_OUTPUT, PriceError, Rates
from gptchina.providers import llm
from gptchina.settings import SettingsError, get_settings

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()

DEMO_MODEL = "gptchina-demo"
_DEMO_RATES = Rates(
    input=Decimal("0.15"),
    output=Decimal("0.60"),
    cache_read=Decimal("0.15"),
    cache_write=Decimal("0.15"),
)
_USUAL_CONTEXT = 32_000
_LONGEST_ID = 200

Rate = Annotated[Decimal, Field(ge=0, allow_inf_nan=False, max_digits=18)]


class ModelNotOfferedError(DomainError):
    """No model of that id is offered."""

    code = "model_not_offered"


@dataclass(frozen=True)
class OfferedModel:
    """A model people can choose.

    Attributes:
        id: how people and the ledger know it.
        name: what is shown.
        vendor: who serves it, in litellm's words.
        upstream: what the vendor calls it.
        rates: list price, USD per 1,000,000 model tokens.
        markup: what the list price is multiplied with.
        context_window: most model tokens of a prompt.
        max_output: most model tokens of an answer.
        min_output: fewest model tokens that make an answer worth beginning.
        demo: whether it is the stand-in model.
    """

    id: str
    name: str
    vendor: str
    upstream: str
    rates: Rates
    markup: Decimal
    context_window: int
    max_output: int
    min_output: int
    demo: bool = False


class _Entry(BaseModel):
    """A model in the configuration file; what is left out comes from litellm's table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]
    vendor: str = "openai"
    name: str = ""
    upstream: str = ""
    input: Rate | None = None
    output: Rate | None = None
    cache_read: Rate | None = None
    cache_write: Rate | None = None
    context_window: Annotated[int, Field(ge=1_000)] | None = None
    max_output: Annotated[int, Field(ge=16)] | None = None


class _File(BaseModel):
    """The configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    markup: Annotated[Decimal, Field(gt=0, le=1000, allow_inf_nan=False)] = Decimal(1)
    max_output: Annotated[int, Field(ge=16)] = 4096
    min_output: Annotated[int, Field(ge=1)] = 64
    models: tuple[_Entry, ...] = ()

    @field_validator("models")
    @classmethod
    def _refuse_twins(cls, models: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
        ids = Counter(model.id for model in models)
        twins = [name for name, count in ids.items() if count > 1]
        if twins:
            raise ValueError(f"{twins[0]} is there twice")
        return models


def load_file(path: Path) -> _File:
    """Read the configuration file; raise SettingsError with one line that names what is wrong."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _File.model_validate({} if content is None else content)
    except FileNotFoundError:
        raise SettingsError(f"CONFIG_FILE: there is no file {path}") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {place}: {first['msg']}") from None


@cache
def _file() -> _File:
    return load_file(get_settings().config_file)


# What each vendor last said it serves; nothing until it was asked.
_listed: dict[str, tuple[str, ...]] = {}
_named_without_price: set[str] = set()


async def refresh() -> None:
    """Ask every vendor what it serves; one that does not say keeps what is configured."""
    if get_settings().demo_model:
        return
    model = llm.get_language_model()
    for vendor in model.vendors:
        try:
            _listed[vendor] = tuple(await model.list_models(vendor))
        except llm.ProviderError as error:
            log.info("models_not_listed", vendor=vendor, code=error.code)


def forget() -> None:
    """Drop what was read and heard, so that it is read and asked anew."""
    _file.cache_clear()
    _listed.clear()
    _named_without_price.clear()


def offered() -> list[OfferedModel]:
    """Return the offered models in the order of the configuration file."""
    vendors = llm.get_language_model().vendors
    demo = [_demo()] if get_settings().demo_model else []
    if demo:
        vendors -= {demo[0].vendor}
    entries = [entry for vendor in sorted(vendors) for entry in _entries_of(vendor)]
    order = {entry.id: place for place, entry in enumerate(_file().models)}
    models = [model for entry in entries if (model := _offer(entry))]
    return [*sorted(models, key=lambda model: order.get(model.id, len(order))), *demo]


def find(model_id: object) -> OfferedModel:
    """Return the offered model of that id; raise ModelNotOfferedError if there is none."""
    for model in offered():
        if model.id == model_id:
            return model
    raise ModelNotOfferedError(field="model")


def _entries_of(vendor: str) -> list[_Entry]:
    """Return the configured models that a vendor serves; if it serves none of them, all its own.

    A vendor's list is long and full of dated names: the configured ones are a choice from it. A
    server of one's own has names nobody could have configured.
    """
    configured = [entry for entry in _file().models if entry.vendor == vendor]
    names = _listed.get(vendor)
    if names is None:
        return configured
    served = [entry for entry in configured if (entry.upstream or entry.id) in names]
    return served or [_Entry(id=name, vendor=vendor) for name in names if len(name) <= _LONGEST_ID]


def _demo() -> OfferedModel:
    file = _file()
    return OfferedModel(
        id=DEMO_MODEL,
        name="GPTChina Demo",
        vendor="openai",
        upstream=DEMO_MODEL,
        rates=_DEMO_RATES,
        markup=file.markup,
        context_window=_USUAL_CONTEXT,
        max_output=file.max_output,
        min_output=file.min_output,
        demo=True,
    )


def _offer(entry: _Entry) -> OfferedModel | None:
    """Return the model of an entry, or None, said once in the log, if it has no price."""
    upstream = entry.upstream or entry.id
    known = llm.vendor_prices(upstream, entry.vendor)
    rates = _rates(entry, known)
    if rates is None:
        return None
    file = _file()
    most = min(entry.max_output or file.max_output, (known and known.max_output) or MOST_OUTPUT)
    return OfferedModel(
        id=entry.id,
        name=entry.name or entry.id,
        vendor=entry.vendor,
        upstream=upstream,
        rates=rates,
        markup=file.markup,
        context_window=entry.context_window or (known and known.context_window) or _USUAL_CONTEXT,
        max_output=most,
        min_output=min(file.min_output, most),
    )


def _rates(entry: _Entry, known: llm.VendorPrices | None) -> Rates | None:
    """Return the rates of an entry: its own before those of the vendor; None if they are no price.

    What is not said of cached tokens is taken to cost as much as any other of the prompt.
    """
    rate_in = entry.input if entry.input is not None else known and known.input
    rate_out = entry.output if entry.output is not None else known and known.output
    if rate_in is None or rate_out is None:
        return _without_price(entry, f"models: {{id: {entry.id}, input: …, output: …}}")
    own = entry.input is not None
    read = entry.cache_read if own or entry.cache_read is not None else known and known.cache_read
    write = (
        entry.cache_write if own or entry.cache_write is not None else known and known.cache_write
    )
    try:
        return Rates(
            input=rate_in,
            output=rate_out,
            cache_read=rate_in if read is None else read,
            cache_write=rate_in if write is None else write,
        )
    except PriceError as error:
        return _without_price(entry, str(error))


def _without_price(entry: _Entry, hint: str) -> None:
    if entry.id not in _named_without_price:
        _named_without_price.add(entry.id)
        log.warning("model_without_price", model=entry.id, file_key=hint)

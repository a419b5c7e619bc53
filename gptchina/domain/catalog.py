"""Which models are offered, and at what price: the one place both pages and bills ask."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import structlog

from gptchina.domain.config_file import LONGEST_ID, ModelEntry, config_file
from gptchina.domain.errors import DomainError
from gptchina.domain.pricing import MOST_OUTPUT, PriceError, Rates
from gptchina.providers import llm
from gptchina.settings import get_settings

log = structlog.get_logger()

DEMO_MODEL = "gptchina-demo"
_DEMO_RATES = Rates(
    input=Decimal("0.15"),
    output=Decimal("0.60"),
    cache_read=Decimal("0.15"),
    cache_write=Decimal("0.15"),
)
_USUAL_CONTEXT = 32_000


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
    config_file.cache_clear()
    _listed.clear()
    _named_without_price.clear()


def offered() -> list[OfferedModel]:
    """Return the offered models in the order of the configuration file."""
    vendors = llm.get_language_model().vendors
    demo = [_demo()] if get_settings().demo_model else []
    if demo:
        vendors -= {demo[0].vendor}
    entries = [entry for vendor in sorted(vendors) for entry in _entries_of(vendor)]
    order = {entry.id: place for place, entry in enumerate(config_file().models)}
    models = [model for entry in entries if (model := _offer(entry))]
    return [*sorted(models, key=lambda model: order.get(model.id, len(order))), *demo]


def find(model_id: object) -> OfferedModel:
    """Return the offered model of that id; raise ModelNotOfferedError if there is none."""
    for model in offered():
        if model.id == model_id:
            return model
    raise ModelNotOfferedError(field="model")


def _entries_of(vendor: str) -> list[ModelEntry]:
    """Return the configured models that a vendor serves; if it serves none of them, all its own.

    A vendor's list is long and full of dated names: the configured ones are a choice from it. A
    server of one's own has names nobody could have configured.
    """
    configured = [entry for entry in config_file().models if entry.vendor == vendor]
    names = _listed.get(vendor)
    if names is None:
        return configured
    served = [entry for entry in configured if (entry.upstream or entry.id) in names]
    return served or [
        ModelEntry(id=name, vendor=vendor) for name in names if len(name) <= LONGEST_ID
    ]


def _demo() -> OfferedModel:
    file = config_file()
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


def _offer(entry: ModelEntry) -> OfferedModel | None:
    """Return the model of an entry, or None, said once in the log, if it has no price."""
    upstream = entry.upstream or entry.id
    known = llm.vendor_prices(upstream, entry.vendor)
    rates = _rates(entry, known)
    if rates is None:
        return None
    file = config_file()
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


def _rates(entry: ModelEntry, known: llm.VendorPrices | None) -> Rates | None:
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


def _without_price(entry: ModelEntry, hint: str) -> None:
    if entry.id not in _named_without_price:
        _named_without_price.add(entry.id)
        log.warning("model_without_price", model=entry.id, file_key=hint)

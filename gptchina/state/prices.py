"""The public pages about prices: what models cost, and what a chat would."""

from __future__ import annotations

from typing import get_args

import reflex as rx

from gptchina.domain import catalog, estimates, payments
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.threads import in_thread

from . import arguments
from .feedback import message_of
from .price_views import (
    EstimateView,
    ExampleView,
    RateView,
    estimate_view,
    example_views,
    rate_view,
)
from .session import identify
from .views import Params

_DIGITS = 8


class PricesState(rx.State):
    """Rates are those that are charged; every figure comes from the functions that bill."""

    loaded: bool = False
    models: list[RateView] = []
    estimate: EstimateView = EstimateView()
    examples: list[ExampleView] = []
    error: str = ""
    error_params: Params = {}

    @rx.event
    async def load(self) -> None:
        """Fetch the rates, and estimate a typical chat with the reader's model or the first."""
        offered = await in_thread(catalog.offered)
        self.models = [rate_view(model) for model in offered]
        self.examples = example_views(offered)
        self.error = ""
        if offered:
            chosen = await self._chosen()
            model = next((each for each in offered if each.id == chosen), offered[0])
            question = estimates.model_tokens(estimates.TYPICAL_QUESTION, "words")
            answer = estimates.model_tokens(estimates.TYPICAL_ANSWER, "words")
            self._estimate(model, question, answer)
        self.loaded = True

    @rx.event
    async def calculate(self, form: dict[str, str]) -> None:
        """Estimate a chat of `question` and `answer`, both lengths in `unit`, with `model`."""
        try:
            unit = _unit(arguments.form_text(form, "unit"))
            question, answer = (
                estimates.model_tokens(_length(arguments.form_text(form, name)), unit)
                for name in ("question", "answer")
            )
            model = await in_thread(catalog.find, arguments.form_text(form, "model"))
        except DomainError as error:
            self.error, self.error_params = message_of(error), error.params
            return
        self.error = ""
        self._estimate(model, question, answer)

    def _estimate(self, model: catalog.OfferedModel, question: int, answer: int) -> None:
        self.estimate = estimate_view(model, question, answer, payments.offered_packages())

    async def _chosen(self) -> str:
        try:
            return (await identify(self)).model
        except NotSignedInError:
            return ""


def _unit(text: str) -> estimates.Unit:
    for unit in get_args(estimates.Unit):
        if unit == text:
            return unit
    raise arguments.InvalidRequestError


def _length(text: str) -> int:
    digits = text.strip() or "0"
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > _DIGITS:
        raise estimates.InvalidLengthError(longest=estimates.LONGEST)
    return int(digits)

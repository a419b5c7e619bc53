"""The rates of all models and the calculator, each drawn by the browser from the same figures."""

from __future__ import annotations

from typing import Any

import reflex as rx


class RatesTable(rx.Component):
    """Every model with its rates and tier; can be sorted by each column and searched."""

    library = "$/public/rates_table.jsx"
    tag = "RatesTable"

    # RateView objects.
    models: rx.Var[list[Any]]


class Calculator(rx.Component):
    """Asks for a model and two lengths, and shows what such a chat costs and packages buy."""

    library = "$/public/calculator.jsx"
    tag = "Calculator"

    # RateView objects to choose from.
    models: rx.Var[list[Any]]
    # An EstimateView.
    estimate: rx.Var[Any]
    # What is wrong with what was asked for, "" if nothing.
    error: rx.Var[str]
    # `model`, `question`, `answer` and `unit` as they stand in the fields.
    on_calculate: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]


rates_table = RatesTable.create
calculator = Calculator.create

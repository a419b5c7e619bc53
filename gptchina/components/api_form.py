"""Forms that post JSON to the program's own HTTP API and then go to a page."""

from __future__ import annotations

import reflex as rx

LIBRARY = "$/public/api_form.jsx"


class ApiForm(rx.Component):
    """Posts its fields as one JSON object; keeps what was typed whatever the answer is.

    A refusal ``{"code", "field", "params"}`` is shown at its field, or above the button when it
    belongs to none. Success loads ``next_path``, or the path in the page's ``?next=``.
    """

    library = LIBRARY
    tag = "ApiForm"

    # Path of the API route, such as "/api/login".
    action: rx.Var[str]
    # Path on this site to load after success; anything else becomes "/".
    next_path: rx.Var[str]
    # Error code -> English text with {params}.
    messages: rx.Var[dict[str, str]]


class ApiField(rx.Component):
    """A labelled input of an ``api_form`` with its error beneath."""

    library = LIBRARY
    tag = "ApiField"

    name: rx.Var[str]
    label: rx.Var[str]
    # "text", "email" or "password".
    type: rx.Var[str]
    auto_complete: rx.Var[str]
    placeholder: rx.Var[str]
    # A quiet line under the field, read with it.
    hint: rx.Var[str]
    required: rx.Var[bool]
    auto_focus: rx.Var[bool]
    max_length: rx.Var[int]


class ApiQuery(rx.Component):
    """What the page's address says under ``name``, as a field that nobody sees."""

    library = LIBRARY
    tag = "ApiQuery"

    name: rx.Var[str]


class ApiSubmit(rx.Component):
    """The form's button; busy while the answer is awaited."""

    library = LIBRARY
    tag = "ApiSubmit"


api_form = ApiForm.create
api_field = ApiField.create
api_query = ApiQuery.create
api_submit = ApiSubmit.create

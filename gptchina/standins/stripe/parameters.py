"""Stripe's way to write parameters into a form, and which parameters there are."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from gptchina.standins.stripe.refusal import RefusedError

_METADATA_KEYS = 50
_METADATA_LENGTH = 500


def read_form(text: str) -> dict[str, Any]:
    """Return the nested parameters of a query or a body: `a[b]=1&c[]=2&d[0]=3`.

    Raises RefusedError where one name is used for a value and for a group of values.
    """
    read: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *path, last = name.replace("]", "").split("[")
        place = read
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise RefusedError(400, f"Invalid parameter: {name}", param=name)
        if last:
            place[last] = value
        else:
            place.setdefault("", []).append(value)
    return {name: _with_lists(value) for name, value in read.items()}


def _with_lists(value: Any) -> Any:  # noqa: ANN401 -- parameters nest as they like
    """Return the value with lists where the form wrote `name[]` or counted `name[0]`."""
    if not isinstance(value, dict):
        return value
    if set(value) == {""}:
        return value[""]
    inner = {name: _with_lists(each) for name, each in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


@cache
def _known(operation: str) -> frozenset[str]:
    """Return the parameters of an operation, such as `PaymentIntentCreate`, from the SDK."""
    # A second of a processor's time, and more memory than all the rest here.
    from stripe import RequestOptions, params  # noqa: PLC0415

    names = getattr(params, f"{operation}Params").__annotations__
    return frozenset(names) - frozenset(RequestOptions.__annotations__)


def check(data: dict[str, Any], operation: str, *required: str) -> None:
    """Raise RefusedError if there is a parameter that Stripe does not know, or one is missing."""
    if operation.startswith("PaymentIntent") and "payment_method_types" in data:
        # What older versions of the API took, and many examples still show.
        name, code = "payment_method_types", "payment_method_types_no_longer_supported"
        raise RefusedError(400, f"{name} is no longer supported.", code=code, param=name)
    for name in sorted(set(data) - _known(operation)):
        message = f"Received unknown parameter: {name}"
        raise RefusedError(400, message, code="parameter_unknown", param=name)
    for name in required:
        if data.get(name, "") == "":
            message = f"Missing required param: {name}."
            raise RefusedError(400, message, code="parameter_missing", param=name)


def whole_number(value: object, param: str) -> int:
    """Return a parameter that counts something; raise RefusedError for any other text."""
    text = str(value)
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        code = "parameter_invalid_integer"
        raise RefusedError(400, f"Invalid integer: {text}", code=code, param=param)
    return int(text)


def truth(value: object, param: str) -> bool:
    """Return a parameter that is `true` or `false`; raise RefusedError for any other text."""
    if value not in ("true", "false"):
        raise RefusedError(400, f"Invalid boolean: {value}", param=param)
    return value == "true"


def one_of(value: object, choices: frozenset[str], param: str) -> str:
    """Return a parameter that is one of some words; raise RefusedError for any other."""
    if value not in choices:
        listed = ", ".join(sorted(choices))
        raise RefusedError(400, f"Invalid {param}: must be one of {listed}", param=param)
    return str(value)


def merged_metadata(old: dict[str, str], data: dict[str, Any]) -> dict[str, str]:
    """Return the metadata after a request; an empty text takes a key away."""
    given = data.get("metadata") or {}
    if not isinstance(given, dict):
        raise RefusedError(400, "Invalid object", param="metadata")
    for name, value in given.items():
        if not isinstance(value, str) or len(value) > _METADATA_LENGTH:
            param = f"metadata[{name}]"
            raise RefusedError(400, f"{param} must be a text of up to 500 characters", param=param)
    metadata = {name: value for name, value in {**old, **given}.items() if value != ""}
    if len(metadata) > _METADATA_KEYS:
        raise RefusedError(400, "Metadata can have up to 50 keys", param="metadata")
    return metadata

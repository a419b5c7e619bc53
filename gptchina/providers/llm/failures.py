"""The vendors' exceptions and statuses, told as failures of our own."""

from __future__ import annotations

from gptchina.providers.llm.contract import ProviderError, ProviderFailure

_BY_STATUS = {
    401: ProviderFailure.AUTH,
    402: ProviderFailure.AUTH,
    403: ProviderFailure.AUTH,
    408: ProviderFailure.TIMEOUT,
    429: ProviderFailure.RATE_LIMITED,
    504: ProviderFailure.TIMEOUT,
}
_FIRST_CLIENT_ERROR = 400
_FIRST_SERVER_ERROR = 500
_LONGEST_DETAIL = 500


def failure_of_status(status: int) -> ProviderFailure:
    """Return what an HTTP status of a provider means."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if _FIRST_CLIENT_ERROR <= status < _FIRST_SERVER_ERROR:
        return ProviderFailure.REJECTED
    return ProviderFailure.DOWN


def _names(error: BaseException) -> set[str]:
    """Return the names of the exception's classes and of those that caused it."""
    names: set[str] = set()
    cause: BaseException | None = error
    while cause is not None:
        names |= {base.__name__ for base in type(cause).__mro__}
        cause = getattr(cause, "original_exception", None) or cause.__cause__ or cause.__context__
    return names


def provider_error(error: Exception, *, streaming: bool = False) -> ProviderError:
    """Return the failure that a vendor's exception stands for; `streaming` after the reply began.

    The classes are told by name: each vendor's client has its own, and litellm's are made from
    those of the openai package.
    """
    detail = f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]
    names = _names(error)
    if "Timeout" in names or "APITimeoutError" in names or "TimeoutError" in names:
        return ProviderError(ProviderFailure.TIMEOUT, detail)
    if streaming and names & {"TransferEncodingError", "ClientPayloadError", "RemoteProtocolError"}:
        return ProviderError(ProviderFailure.CUT, detail)
    if "JSONDecodeError" in names:
        return ProviderError(ProviderFailure.GARBAGE, detail)
    status = getattr(error, "status_code", None)
    known = isinstance(status, int)
    code = failure_of_status(status) if known else ProviderFailure.DOWN
    return ProviderError(code, detail)

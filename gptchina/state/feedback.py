"""The one place that turns a failure into words, and the notices that show them."""

from __future__ import annotations

import secrets
from typing import Final

import reflex as rx
import structlog
from reflex.event import EventSpec

from gptchina.domain.errors import DomainError, NotSignedInError

from .views import NoticeView, Params

log = structlog.get_logger()

# Failure code -> what the user reads; the browser translates it and fills in the params.
MESSAGES: Final[dict[str, str]] = {
    "failed": "Something went wrong on our side. Please try again.",
    "network": "The server could not be reached. Please try again.",
    "not_signed_in": "Please log in again.",
    "not_found": "This does not exist any more.",
    "not_allowed": "You may not do this.",
    "invalid_request": "The server did not understand this. Please reload the page.",
    "invalid_body": "The server did not understand this. Please reload the page.",
    "not_json": "The server did not understand this. Please reload the page.",
    "body_too_large": "This is more than the server takes at once.",
    "foreign_origin": "This page is not open at the address of the server. Please open it there.",
    "invalid_name": "Please enter a name of 1 to 80 visible characters.",
    "invalid_email": "Please enter a valid e-mail address.",
    "email_taken": "There is already an account with this e-mail address.",
    "password_too_short": "Please choose a password of at least {minimum} characters.",
    "password_too_long": "Please choose a password of at most {maximum} characters.",
    "wrong_credentials": "E-mail or password is not right.",
    "wrong_password": "The password is not right.",
    "too_many_attempts": "Too many attempts. Please try again in {seconds} seconds.",
    "registration_closed": "New accounts cannot be created here at the moment.",
    "email_login_closed": "Logging in with e-mail and password is switched off here.",
    "invalid_choice": "This choice is not offered.",
    "invalid_title": "Please enter a title of at most {longest} characters.",
    "invalid_message": "A message needs 1 to {longest} characters.",
    "message_too_long_for_model": "This message is longer than what the chosen model can read.",
    "model_not_offered": "This model is not offered at the moment. Please choose another one.",
    "turn_running": "The previous answer is still being written.",
    "insufficient_balance": (
        "An answer can cost up to {price} tokens, but only {balance} tokens are available."
    ),
    "spending_limit": (
        "An answer can cost up to {price} tokens, but your limit for today leaves {left}."
    ),
    "invalid_limit": "Please enter a whole number of tokens, or nothing for no limit.",
    "codes_closed": "Codes are not taken here at the moment.",
    "code_unknown": "There is no such code. Please look at it again.",
    "code_expired": "This code has expired.",
    "code_used": "You have used this code already.",
    "code_used_up": "This code has been used as often as it can be.",
    "code_disabled": "This code is not good any more.",
    "invalid_codes": "This is not possible. Please enter a smaller or a whole number.",
    "referrals_closed": "Nobody is rewarded for inviting others here at the moment.",
    "claim_not_ready": "The next claim is possible in {seconds} seconds.",
    "invalid_filter": "The server did not understand this. Please reload the page.",
    "invalid_amount": "This amount is not possible.",
    "invalid_length": "Please enter a length from 0 to {longest}.",
    "invalid_day": "Please enter a day such as 2026-11-25.",
    "invalid_time_zone": "The server does not know the time zone of this device.",
    "invalid_period": "The server did not understand this. Please reload the page.",
    "purchases_closed": "Nothing can be bought here at the moment.",
    "package_not_offered": "This package is not offered any more. Please choose another one.",
    "purchase_limit": "You have reached what can be bought within 24 hours.",
    "attempt_over": "This order is finished. Please start a new one.",
    "payment_unavailable": "The payment service does not answer at the moment. Please try again.",
    "payment_failed": (
        "This payment did not go through. Nothing was charged. Try again, or pay in another way."
    ),
    "payment_unfinished": "The payment was not finished. Nothing was charged. You can try again.",
    "refund_refused": "The payment service does not refund this payment.",
    "invalid_reason": "Please give a reason of at most 400 characters.",
    "invalid_notice": "This is not a message of the payment service.",
    "turn_lost": "This answer does not exist any more.",
    "interrupted": "The answer was interrupted by a restart of the server.",
    "provider_auth": "The model's provider refused the key. Please tell the operator.",
    "provider_rate_limited": "The model's provider is busy. Please try again in a moment.",
    "provider_down": "The model's provider cannot be reached. Please try again.",
    "provider_timeout": "The model's provider took too long to answer. Please try again.",
    "provider_cut": "The connection broke off in the middle of the answer.",
    "provider_garbage": "The model's provider sent something that is no answer.",
    "provider_rejected": "The model's provider refused this request.",
    "provider_empty": "The model gave an empty answer. It was not charged.",
}

SHOWN_AT_ONCE = 4


def message_of(error: DomainError) -> str:
    """Return the English text for an expected failure, with {params} to be filled in."""
    return MESSAGES.get(error.code, MESSAGES["failed"])


class FeedbackState(rx.State):
    """Short messages that stay until they are read and closed."""

    notices: list[NoticeView] = []

    @rx.event
    def dismiss(self, notice_id: str) -> None:
        """Close a notice."""
        self.notices = [notice for notice in self.notices if notice.id != notice_id]

    @rx.event
    def show_fault(self) -> None:
        """Say that something went wrong which is not the user's doing."""
        self._show("error", MESSAGES["failed"], {})

    def _show(self, kind: str, message: str, params: Params) -> None:
        notice = NoticeView(secrets.token_hex(4), kind, message, params)
        self.notices = [*self.notices, notice][-SHOWN_AT_ONCE:]


async def tell(state: rx.State, message: str, **params: str | int) -> None:
    """Show the user that something worked; within a background event, hold the state's lock."""
    feedback = await state.get_state(FeedbackState)
    feedback._show("success", message, params)  # noqa: SLF001 -- not an event for browsers to call


async def report(state: rx.State, error: DomainError) -> rx.event.EventSpec | None:
    """Show the user why something did not work; return what the browser has to do about it.

    Within a background event, hold the state's lock.
    """
    if isinstance(error, NotSignedInError):
        return rx.redirect("/login")
    feedback = await state.get_state(FeedbackState)
    feedback._show("error", message_of(error), error.params)  # noqa: SLF001
    return None


# Reflex reads these annotations among names of its own, so it has to be plain `EventSpec`.
def unexpected(exception: Exception) -> EventSpec:
    """Log a fault of the program and tell the user that there was one."""
    log.error("handler_failed", exc_info=exception)
    return FeedbackState.show_fault()  # pyright: ignore[reportReturnType]

"""Accounts: registering, logging in, the devices signed in, and what people change."""

from .cookie import cookie_name, session_token
from .deletion import delete_account
from .errors import (
    EmailLoginClosedError,
    EmailTakenError,
    InvalidChoiceError,
    InvalidEmailError,
    InvalidNameError,
    PasswordTooLongError,
    PasswordTooShortError,
    RegistrationClosedError,
    TooManyAttemptsError,
    WrongCredentialsError,
    WrongPasswordError,
)
from .housekeeping import keep_house
from .login import log_in
from .operators import (
    ListedAccount,
    create_account,
    grant_tokens,
    listed_accounts,
    reset_password,
)
from .profile import (
    change_email,
    change_name,
    change_password,
    set_language,
    set_model,
    set_theme,
    set_time_zone,
)
from .registration import register
from .sessions import (
    LIFETIME,
    Device,
    Identity,
    SignedIn,
    SignedInDevice,
    devices,
    end,
    end_all,
    end_by_token,
    resolve,
)

__all__ = [
    "LIFETIME",
    "Device",
    "EmailLoginClosedError",
    "EmailTakenError",
    "Identity",
    "InvalidChoiceError",
    "InvalidEmailError",
    "InvalidNameError",
    "ListedAccount",
    "PasswordTooLongError",
    "PasswordTooShortError",
    "RegistrationClosedError",
    "SignedIn",
    "SignedInDevice",
    "TooManyAttemptsError",
    "WrongCredentialsError",
    "WrongPasswordError",
    "change_email",
    "change_name",
    "change_password",
    "cookie_name",
    "create_account",
    "delete_account",
    "devices",
    "end",
    "end_all",
    "end_by_token",
    "grant_tokens",
    "keep_house",
    "listed_accounts",
    "log_in",
    "register",
    "reset_password",
    "resolve",
    "session_token",
    "set_language",
    "set_model",
    "set_theme",
    "set_time_zone",
]

"""What registering, logging in and changing an account can be refused for."""

from gptchina.domain.errors import DomainError


class InvalidNameError(DomainError):
    """The name is empty, too long, or has characters that cannot be seen."""

    code = "invalid_name"


class InvalidEmailError(DomainError):
    """The text is not an e-mail address."""

    code = "invalid_email"


class EmailTakenError(DomainError):
    """Another account has this e-mail address."""

    code = "email_taken"


class PasswordTooShortError(DomainError):
    """The password has too few characters; `minimum` says how many it needs."""

    code = "password_too_short"


class PasswordTooLongError(DomainError):
    """The password has too many characters; `maximum` says how many it may have."""

    code = "password_too_long"


class WrongCredentialsError(DomainError):
    """No account has this e-mail address and this password; which of the two is not told."""

    code = "wrong_credentials"


class WrongPasswordError(DomainError):
    """The password that protects a change is not the account's."""

    code = "wrong_password"


class TooManyAttemptsError(DomainError):
    """Attempts came too fast; `seconds` says when the next one may come."""

    code = "too_many_attempts"


class RegistrationClosedError(DomainError):
    """The operator lets nobody register."""

    code = "registration_closed"


class EmailLoginClosedError(DomainError):
    """The operator lets nobody log in by e-mail and password."""

    code = "email_login_closed"


class InvalidChoiceError(DomainError):
    """The value is none of those offered."""

    code = "invalid_choice"

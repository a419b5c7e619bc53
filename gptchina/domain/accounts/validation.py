"""What people type about themselves, checked and brought into one form."""

from __future__ import annotations

import re
import unicodedata

from .errors import InvalidEmailError, InvalidNameError

NAME_LENGTH = 80
EMAIL_LENGTH = 254

# Emoji and some scripts need the two joiners; every other invisible character only deceives.
_JOINERS = {"\u200c", "\u200d"}
# Letters and symbols by category, yet nothing is drawn for them.
_BLANK = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}
_REFUSED_CATEGORIES = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")


def valid_name(given: object) -> str:
    """Return the name to show: trimmed, NFC, 1 to 80 characters; raise InvalidNameError."""
    if not isinstance(given, str):
        raise InvalidNameError(field="name")
    name = unicodedata.normalize("NFC", given).strip()
    if not 0 < len(name) <= NAME_LENGTH or any(map(_refused, name)):
        raise InvalidNameError(field="name")
    if not any(map(_visible, name)):
        raise InvalidNameError(field="name")
    return name


def _refused(character: str) -> bool:
    return unicodedata.category(character) in _REFUSED_CATEGORIES and character not in _JOINERS


def _visible(character: str) -> bool:
    # An unassigned character is taken for visible: new emoji are, until Python learns of them.
    category = unicodedata.category(character)
    return (category[0] in "LNPS" or category == "Cn") and character not in _BLANK


def valid_email(given: object) -> str:
    """Return the address as it is stored and compared; raise InvalidEmailError.

    Lower case, so that one mailbox has one account, and NFKC, so that the full-width letters of
    an input method mean the same as plain ones.
    """
    if not isinstance(given, str) or len(given) > 2 * EMAIL_LENGTH:
        raise InvalidEmailError(field="email")
    lower = unicodedata.normalize("NFKC", given).strip().lower()
    email = unicodedata.normalize("NFKC", lower)
    # A lone surrogate counts as no letter, so what matches can be encoded.
    if not _EMAIL.fullmatch(email) or len(email.encode()) > EMAIL_LENGTH:
        raise InvalidEmailError(field="email")
    return email

"""Random codes that people read, type and dictate without mistaking one letter for another."""

from __future__ import annotations

import secrets
import unicodedata

# Crockford's 32 letters and digits: no I, L and O, which look like 1 and 0, and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("ILO", "110")


def random_letters(count: int) -> str:
    """Return so many random letters of the alphabet, 5 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def letters_of(text: str) -> str:
    """Return what was typed in the letters of the alphabet.

    Case, dashes, blanks and the full-width letters of an input method make no difference, and a
    letter that is not in the alphabet is read as the digit it looks like.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(filter(str.isalnum, plain)).translate(_LOOKALIKES)

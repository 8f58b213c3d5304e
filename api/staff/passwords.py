"""Passwords: Argon2id, and the one rule that an office's password has to keep."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from api.errors import Unavailable

MIN_CHARACTERS = 12
MAX_CHARACTERS = 1000

_hasher = PasswordHasher()

# One run of Argon2 takes 64 MiB. Two at a time keep a flood of sign-ins from eating the memory.
_places = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 10

# Checked for a login that does not exist, so that the answer takes as long as for one that does.
_nobody = _hasher.hash("nobody signs in with this")


class PasswordTooShort(ValueError):
    """A password needs 12 characters; any characters will do."""


class PasswordTooLong(ValueError):
    """A password has at most 1,000 characters."""


def _normal(password: str) -> str:
    # Keyboards write the Thai vowel "am" in two ways; both must open the same account.
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """Raises PasswordTooShort or PasswordTooLong."""
    if len(password) < MIN_CHARACTERS:
        raise PasswordTooShort
    if len(password) > MAX_CHARACTERS:
        raise PasswordTooLong
    return _hasher.hash(_normal(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password opens the account. Without an account it takes as long and is false."""
    if not _places.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable
    try:
        # A longer one cannot have been set; it is cut so that hashing it costs nothing special.
        candidate = _normal(password[: MAX_CHARACTERS + 1])
        return _hasher.verify(password_hash or _nobody, candidate) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False
    finally:
        _places.release()

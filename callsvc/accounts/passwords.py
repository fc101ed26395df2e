"""Passwords: argon2id with the library's current parameters, renewed when those rise."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from callsvc.core.errors import Invalid

MIN_LENGTH = 12
MAX_LENGTH = 200
NONE = "!"  # stands where a hash would: this account has no password now, and nothing matches it

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """An argon2id hash; refuses fewer than 12 characters (length beats any rule about symbols)."""
    if len(password) < MIN_LENGTH:
        raise Invalid("password-too-short", f"A password needs at least {MIN_LENGTH} characters.")
    if len(password) > MAX_LENGTH:
        raise Invalid("password-too-long", f"A password has at most {MAX_LENGTH} characters.")
    return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is right. Takes as long when nobody has that e-mail (``stored`` is None)."""
    known = stored is not None and stored not in ("", NONE)
    try:
        return _hasher.verify(stored if stored and known else _nobodys_hash(), password) and known
    except (VerificationError, InvalidHashError):
        return False


def needs_renewal(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody at all")

"""Passwords are made expensive to guess."""

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from callsvc.accounts import passwords
from callsvc.accounts.passwords import hash_password, needs_renewal, password_matches

from .conftest import REAL


def test_the_parameters_exceed_the_least_that_owasp_asks_for() -> None:
    """19 MiB, 2 passes, argon2id: OWASP Password Storage Cheat Sheet."""
    assert REAL.type is Type.ID
    assert REAL.memory_cost >= 19 * 1024
    assert REAL.time_cost >= 2


def test_a_hash_of_weaker_parameters_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = hash_password("correct horse battery")
    assert not needs_renewal(weak)
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert needs_renewal(weak)
    assert password_matches(weak, "correct horse battery")


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_nothing_matches_a_missing_or_broken_hash(stored: str | None) -> None:
    assert not password_matches(stored, "the password of nobody at all")

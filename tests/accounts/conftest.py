"""Quick passwords for the tests that are about something else."""

import pytest
from argon2 import PasswordHasher

from callsvc.accounts import passwords

REAL = passwords._hasher


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys_hash.cache_clear()

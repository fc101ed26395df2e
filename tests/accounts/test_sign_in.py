"""Signing in, being locked out, sessions that end."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from callsvc.accounts import passwords
from callsvc.accounts.service import add_account, sign_in
from callsvc.accounts.sessions import resume_session, revoke_sessions, sign_out
from callsvc.accounts.tables import account, web_session
from callsvc.core.errors import Conflict, Forbidden, Invalid
from callsvc.runtime import Runtime

PASSWORD = "correct horse battery"
EMAIL = "alix@example.org"


@pytest.fixture
def account_id(rt: Runtime) -> str:
    return add_account(rt, EMAIL, password=PASSWORD, role="supervisor", regions=("44", "27"))


def pass_time(rt: Runtime, **amount: float) -> None:
    rt.machine.advance(timedelta(**amount).total_seconds())  # type: ignore[attr-defined]


def test_the_right_password_opens_a_session_with_role_and_regions(rt: Runtime, account_id: str) -> None:
    principal = resume_session(rt, sign_in(rt, " Alix@Example.org ", PASSWORD))
    assert principal is not None
    assert (principal.account_id, principal.role) == (account_id, "supervisor")
    assert principal.regions == frozenset({"44", "27"})
    assert principal.may("report")
    assert not principal.may("accounts")


def test_the_password_is_kept_as_argon2id_and_the_token_only_hashed(rt: Runtime, account_id: str) -> None:
    token = sign_in(rt, EMAIL, PASSWORD)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(account.c.password_hash)).startswith("$argon2id$")
        assert token.encode() not in tx.scalar(sa.select(web_session.c.token_hash))


def test_unknown_wrong_locked_and_disabled_are_refused_with_the_same_words(
    rt: Runtime, account_id: str
) -> None:
    refusals = []
    for email, password in ((EMAIL, "not the password"), ("nobody@example.org", PASSWORD)):
        with pytest.raises(Forbidden) as caught:
            sign_in(rt, email, password)
        refusals.append(str(caught.value))
    with rt.db.begin() as tx:
        tx.update(account, account.c.id == account_id, disabled_at=tx.machine_now)
    with pytest.raises(Forbidden) as caught:
        sign_in(rt, EMAIL, PASSWORD)
    assert {*refusals, str(caught.value)} == {refusals[0]}


def test_an_unknown_email_costs_one_verification_like_a_known_one(
    rt: Runtime, account_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []
    real = passwords._hasher

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return real.verify(stored, password)

        def hash(self, password: str) -> str:
            return real.hash(password)

    passwords._nobodys_hash()
    monkeypatch.setattr(passwords, "_hasher", Counting())
    for email in (EMAIL, "nobody@example.org"):
        with pytest.raises(Forbidden):
            sign_in(rt, email, "not the password")
    assert len(verified) == 2


def test_twenty_failures_lock_the_account_for_fifteen_minutes_even_for_the_right_password(
    rt: Runtime, account_id: str
) -> None:
    for _ in range(20):
        with pytest.raises(Forbidden):
            sign_in(rt, EMAIL, "not the password")
    pass_time(rt, minutes=14)
    with pytest.raises(Forbidden):
        sign_in(rt, EMAIL, PASSWORD)
    pass_time(rt, minutes=1, seconds=1)
    assert sign_in(rt, EMAIL, PASSWORD)


def test_a_success_clears_the_count_of_failures(rt: Runtime, account_id: str) -> None:
    for _ in range(2):
        for _ in range(19):
            with pytest.raises(Forbidden):
                sign_in(rt, EMAIL, "not the password")
        assert sign_in(rt, EMAIL, PASSWORD)


def test_a_session_ends_after_fifteen_idle_minutes(rt: Runtime, account_id: str) -> None:
    token = sign_in(rt, EMAIL, PASSWORD)
    pass_time(rt, minutes=14)
    assert resume_session(rt, token)
    pass_time(rt, minutes=14)
    assert resume_session(rt, token)
    pass_time(rt, minutes=15)
    assert resume_session(rt, token) is None


def test_live_updates_do_not_keep_an_empty_chair_signed_in(rt: Runtime, account_id: str) -> None:
    token = sign_in(rt, EMAIL, PASSWORD)
    for _ in range(2):
        pass_time(rt, minutes=7)
        assert resume_session(rt, token, touch=False)
    pass_time(rt, minutes=1)
    assert resume_session(rt, token, touch=False) is None


def test_a_session_ends_after_twelve_hours_however_busy(rt: Runtime, account_id: str) -> None:
    token = sign_in(rt, EMAIL, PASSWORD)
    for _ in range(12 * 6 - 1):
        pass_time(rt, minutes=10)
        assert resume_session(rt, token)
    pass_time(rt, minutes=10)
    assert resume_session(rt, token) is None


def test_signing_out_and_revoking_end_sessions_at_once(rt: Runtime, account_id: str) -> None:
    first, second = sign_in(rt, EMAIL, PASSWORD), sign_in(rt, EMAIL, PASSWORD)
    assert first != second
    sign_out(rt, first)
    assert resume_session(rt, first) is None
    assert resume_session(rt, second)
    with rt.db.begin() as tx:
        assert revoke_sessions(tx, account_id) == 1
    assert resume_session(rt, second) is None


def test_a_disabled_account_is_out_at_its_next_request(rt: Runtime, account_id: str) -> None:
    token = sign_in(rt, EMAIL, PASSWORD)
    with rt.db.begin() as tx:
        tx.update(account, account.c.id == account_id, disabled_at=tx.machine_now)
    assert resume_session(rt, token) is None


@pytest.mark.parametrize(
    ("change", "id"),
    [
        ({"password": "short"}, "password-too-short"),
        ({"role": "king"}, "role-unknown"),
        ({"regions": ()}, "region-missing"),
        ({"email": "not-an-address"}, "email-invalid"),
    ],
)
def test_a_bad_account_is_refused_by_name(rt: Runtime, change: dict[str, object], id: str) -> None:
    values: dict[str, object] = {"email": EMAIL, "password": PASSWORD, "role": "agent", "regions": ("44",)}
    values |= change
    with pytest.raises(Invalid) as caught:
        add_account(rt, str(values.pop("email")), **values)  # type: ignore[arg-type]
    assert caught.value.id == id


def test_the_same_email_is_refused_twice_whatever_its_case(rt: Runtime, account_id: str) -> None:
    with pytest.raises(Conflict):
        add_account(rt, EMAIL.upper(), password=PASSWORD, role="agent", regions=("44",))


def test_the_clock_that_ends_sessions_is_the_machines(rt: Runtime, account_id: str) -> None:
    token = sign_in(rt, EMAIL, PASSWORD)
    rt.clock.advance(24 * 3600)  # type: ignore[attr-defined]
    assert resume_session(rt, token)

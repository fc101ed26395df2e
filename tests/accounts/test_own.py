"""One's own account: password, sessions, keys; and the link by which a password is chosen."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from callsvc.accounts.keys import authenticate_key, create_own_key, keys_of, revoke_key
from callsvc.accounts.password_links import make_password_link, use_password_link
from callsvc.accounts.scope import Principal
from callsvc.accounts.service import (
    add_account,
    change_own_details,
    change_own_password,
    disable_account,
    end_other_sessions,
    end_own_session,
    resume_session,
    sign_in,
)
from callsvc.accounts.sessions import sessions_of
from callsvc.accounts.tables import api_key
from callsvc.core.errors import Forbidden, Invalid, NotFound
from callsvc.runtime import Runtime

from .people import PASSWORD, add, who

EMAIL = "sam@example.org"
OTHER = "another long password"
TODAY = date(2020, 11, 16)


@pytest.fixture
def sam(rt: Runtime) -> str:
    add(rt, "chief", "administrator", "*")
    return add(rt, "sam", "supervisor", "44")


def signed(rt: Runtime, password: str = PASSWORD) -> tuple[str, Principal]:
    token = sign_in(rt, EMAIL, password)
    principal = resume_session(rt, token)
    assert principal is not None
    return token, principal


def test_a_new_password_ends_every_session_and_opens_one_anew(rt: Runtime, sam: str) -> None:
    (here, me), (there, _) = signed(rt), signed(rt)
    fresh = change_own_password(rt, me, PASSWORD, OTHER)
    assert resume_session(rt, here) is None
    assert resume_session(rt, there) is None
    assert resume_session(rt, fresh) is not None
    with pytest.raises(Forbidden):
        sign_in(rt, EMAIL, PASSWORD)
    assert sign_in(rt, EMAIL, OTHER)


@pytest.mark.parametrize(
    ("current", "new", "id"),
    [
        ("wrong password", OTHER, "password-wrong"),
        (PASSWORD, PASSWORD, "password-unchanged"),
        (PASSWORD, "short", "password-too-short"),
        (PASSWORD, "x" * 201, "password-too-long"),
    ],
)
def test_a_password_is_not_changed_by(rt: Runtime, sam: str, current: str, new: str, id: str) -> None:
    token, me = signed(rt)
    with pytest.raises((Forbidden, Invalid), match=id):
        change_own_password(rt, me, current, new)
    assert resume_session(rt, token)
    assert sign_in(rt, EMAIL, PASSWORD)


def test_guessing_the_current_password_at_an_open_screen_ends_the_session(rt: Runtime, sam: str) -> None:
    token, me = signed(rt)
    for _ in range(5):
        with pytest.raises(Forbidden):
            change_own_password(rt, me, "a wrong guess", OTHER)
    assert resume_session(rt, token) is None


def test_a_password_somebody_else_knows_must_be_changed(rt: Runtime, sam: str) -> None:
    add_account(rt, "new@example.org", password=PASSWORD, role="agent", regions=("44",), must_change=True)
    principal = resume_session(rt, sign_in(rt, "new@example.org", PASSWORD))
    assert principal is not None
    assert principal.must_change
    after = resume_session(rt, change_own_password(rt, principal, PASSWORD, OTHER))
    assert after is not None
    assert not after.must_change


def test_a_link_sets_a_password_once_and_the_old_one_is_void_from_the_start(rt: Runtime, sam: str) -> None:
    token, _ = signed(rt)
    link = make_password_link(rt, None, sam)
    assert resume_session(rt, token) is None
    with pytest.raises(Forbidden):
        sign_in(rt, EMAIL, PASSWORD)
    with pytest.raises(Invalid):
        use_password_link(rt, link, "short")
    assert use_password_link(rt, link, OTHER) == sam
    with pytest.raises(Forbidden, match="link-refused"):
        use_password_link(rt, link, OTHER)
    assert sign_in(rt, EMAIL, OTHER)


def test_a_link_expires_is_replaced_by_the_next_and_is_worth_nothing_once_disabled(
    rt: Runtime, sam: str
) -> None:
    old = make_password_link(rt, None, sam)
    rt.machine.advance(60)  # type: ignore[attr-defined]
    new = make_password_link(rt, None, sam)
    with pytest.raises(Forbidden, match="link-refused"):
        use_password_link(rt, old, OTHER)
    rt.machine.advance(timedelta(hours=24).total_seconds())  # type: ignore[attr-defined]
    with pytest.raises(Forbidden, match="link-refused"):
        use_password_link(rt, new, OTHER)
    last = make_password_link(rt, None, sam)
    disable_account(rt, None, sam)
    for token in (last, "", "guess"):
        with pytest.raises(Forbidden, match="link-refused"):
            use_password_link(rt, token, OTHER)


def test_a_link_frees_an_account_that_was_locked_by_guesses(rt: Runtime, sam: str) -> None:
    for _ in range(20):
        with pytest.raises(Forbidden):
            sign_in(rt, EMAIL, "a wrong guess")
    use_password_link(rt, make_password_link(rt, None, sam), OTHER)
    assert sign_in(rt, EMAIL, OTHER)


def test_an_account_without_a_password_opens_to_nothing(rt: Runtime, sam: str) -> None:
    add_account(rt, "new@example.org", password=None, role="agent", regions=("44",))
    for guess in ("", "!", "the password of nobody at all"):
        with pytest.raises(Forbidden, match="sign-in-refused"):
            sign_in(rt, "new@example.org", guess)


def test_sessions_are_listed_and_ended_one_by_one_or_all_the_others(rt: Runtime, sam: str) -> None:
    tokens = [sign_in(rt, EMAIL, PASSWORD, browser="Firefox") for _ in range(3)]
    me = resume_session(rt, tokens[0])
    assert me is not None
    with rt.db.read() as tx:
        listed = sessions_of(tx, sam)
    assert {row.browser for row in listed} == {"Firefox"}
    second = resume_session(rt, tokens[1])
    assert second is not None
    end_own_session(rt, me, second.session_id)
    with pytest.raises(NotFound, match="session-unknown"):
        end_own_session(rt, me, second.session_id)
    assert end_other_sessions(rt, me) == 1
    assert [resume_session(rt, token) is not None for token in tokens] == [True, False, False]


def test_nobody_ends_the_session_of_another(rt: Runtime, sam: str) -> None:
    _, me = signed(rt)
    add(rt, "eve", "supervisor", "44")
    eve = resume_session(rt, sign_in(rt, "eve@example.org", PASSWORD))
    assert eve is not None
    with pytest.raises(NotFound):
        end_own_session(rt, eve, me.session_id)


def test_name_and_language_are_ones_own_to_change(rt: Runtime, sam: str) -> None:
    assert change_own_details(rt, who(rt, sam), name="Sam Lee", language="en")
    assert (who(rt, sam).name, who(rt, sam).language) == ("Sam Lee", "en")
    for wrong in ({"name": "  "}, {"name": "x" * 121}, {"language": "de"}):
        with pytest.raises(Invalid):
            change_own_details(rt, who(rt, sam), **wrong)


def test_a_key_lives_until_the_end_of_its_last_day_in_paris(rt: Runtime, sam: str) -> None:
    key = create_own_key(rt, who(rt, sam), name="Export", scopes=("report",), last_day=TODAY)
    rt.machine.advance(13 * 3600 + 3599)  # type: ignore[attr-defined]  # from 9:00 UTC to 23:59:59 in Paris
    assert authenticate_key(rt, key).scopes == {"report"}
    rt.machine.advance(1)  # type: ignore[attr-defined]
    with pytest.raises(Forbidden, match="key-refused"):
        authenticate_key(rt, key)


@pytest.mark.parametrize(
    ("change", "id"),
    [
        ({"last_day": TODAY - timedelta(days=1)}, "key-day-invalid"),
        ({"last_day": TODAY + timedelta(days=367)}, "key-day-invalid"),
        ({"name": " "}, "key-name-invalid"),
        ({"scopes": ()}, "scope-unknown"),
        ({"scopes": ("report", "accounts")}, "scope-beyond-role"),
    ],
)
def test_a_key_is_refused_for(rt: Runtime, sam: str, change: dict[str, object], id: str) -> None:
    values = {"name": "Export", "scopes": ("report",), "last_day": TODAY} | change
    with pytest.raises((Invalid, Forbidden), match=id):
        create_own_key(rt, who(rt, sam), **values)  # type: ignore[arg-type]


def test_the_day_a_key_was_used_is_kept_and_nobody_revokes_another_ones(rt: Runtime, sam: str) -> None:
    key = create_own_key(rt, who(rt, sam), name="Export", scopes=("report",), last_day=TODAY)
    key_id = key.partition(".")[0]
    authenticate_key(rt, key)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(api_key.c.last_used_on)) == TODAY
    eve = who(rt, add(rt, "eve", "supervisor", "44"))
    with pytest.raises(NotFound):
        revoke_key(rt, key_id, by=eve)
    revoke_key(rt, key_id, by=who(rt, sam))
    with rt.db.read() as tx:
        assert keys_of(tx, sam) == []

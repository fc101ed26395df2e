"""Accounts are changed by those who hold at least the same rights, and nobody is left without a key."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from callsvc.accounts.scope import Principal
from callsvc.accounts.service import (
    add_account,
    change_details,
    change_rights,
    disable_account,
    enable_account,
    end_sessions,
    make_password_link,
    resume_session,
    sign_in,
    switch_password,
    unlink_account,
)
from callsvc.accounts.tables import account
from callsvc.core.errors import CallsvcError, Conflict, Forbidden, Invalid, NotFound
from callsvc.runtime import Runtime

from .people import PASSWORD, add, declare_places, log_of, who

Change = Callable[[Runtime, Principal, str], object]


@pytest.fixture
def chief(rt: Runtime) -> str:
    declare_places(rt)
    return add(rt, "chief", "administrator", "*")


def test_a_change_of_rights_is_logged_with_before_and_after_and_signs_out(rt: Runtime, chief: str) -> None:
    mine = add(rt, "sam", "supervisor", "44")
    token = sign_in(rt, "sam@example.org", PASSWORD)
    assert change_rights(rt, who(rt, chief), mine, role="agent", regions=("44", "27"))
    assert resume_session(rt, token) is None
    assert log_of(rt, mine)[-1] == (
        chief,
        "account-rights-changed",
        {
            "before": {"role": "supervisor", "regions": ["44"], "platforms": ["*"]},
            "after": {"role": "agent", "regions": ["27", "44"], "platforms": ["*"]},
        },
    )


def test_a_change_that_changes_nothing_signs_nobody_out(rt: Runtime, chief: str) -> None:
    mine = add(rt, "sam", "supervisor", "44")
    token = sign_in(rt, "sam@example.org", PASSWORD)
    assert not change_rights(rt, who(rt, chief), mine, role="supervisor", regions=("44",))
    assert change_details(rt, who(rt, chief), mine, name="  Sam   Lee ", language="en")
    principal = resume_session(rt, token)
    assert principal is not None
    assert (principal.name, principal.language) == ("Sam Lee", "en")
    assert "Sam" not in str(log_of(rt, mine))


def test_an_account_is_narrowed_to_platforms_of_its_regions_and_widened_again(
    rt: Runtime, chief: str
) -> None:
    mine = add(rt, "sam", "supervisor", "44")
    assert change_rights(rt, who(rt, chief), mine, platforms=("67",))
    narrowed = who(rt, mine)
    assert narrowed.platforms == frozenset({"67"})
    assert narrowed.may_see("44", "67")
    assert not narrowed.may_see("44", "68")
    assert not narrowed.may_see("44")
    for outside in (("21",), ("67", "99")):
        with pytest.raises(Invalid, match="platform-outside"):
            change_rights(rt, who(rt, chief), mine, platforms=outside)
    assert change_rights(rt, who(rt, chief), mine, platforms=())
    assert who(rt, mine).platforms == "*"
    with pytest.raises(Invalid, match="platform-outside"):
        change_rights(rt, who(rt, chief), mine, regions=("*",), platforms=("67",))


@pytest.mark.parametrize(
    ("role", "regions", "platforms"),
    [
        ("supervisor", ("27",), ()),
        ("agent", ("*",), ()),
        ("supervisor", ("44", "27"), ()),
        ("administrator", ("*",), ()),
    ],
)
def test_a_regional_administrator_grants_nothing_beyond_the_region(
    rt: Runtime, chief: str, role: str, regions: tuple[str, ...], platforms: tuple[str, ...]
) -> None:
    regional = who(rt, add(rt, "reg", "administrator", "44"))
    mine = add(rt, "sam", "agent", "44")
    with pytest.raises(Forbidden, match="rights-beyond-own"):
        change_rights(rt, regional, mine, role=role, regions=regions, platforms=platforms)
    with pytest.raises(Forbidden, match="rights-beyond-own"):
        add_account(rt, "x@example.org", password=None, role=role, regions=regions, by=regional)
    assert change_rights(rt, regional, mine, role="administrator")


def test_a_narrowed_administrator_cannot_grant_the_whole_region(rt: Runtime, chief: str) -> None:
    narrowed = who(rt, add(rt, "nar", "administrator", "44", platforms=("67",)))
    with pytest.raises(Forbidden, match="rights-beyond-own"):
        add_account(rt, "x@example.org", password=None, role="agent", regions=("44",), by=narrowed)
    add_account(
        rt, "x@example.org", password=None, role="agent", regions=("44",), platforms=("67",), by=narrowed
    )


CHANGES: dict[str, Change] = {
    "rights": lambda rt, by, id: change_rights(rt, by, id, role="agent"),
    "details": lambda rt, by, id: change_details(rt, by, id, name="Other"),
    "disable": disable_account,
    "enable": enable_account,
    "sessions": end_sessions,
    "link": make_password_link,
    "switch": lambda rt, by, id: switch_password(rt, by, id, off=True),
    "unlink": unlink_account,
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_nobody_touches_an_account_that_may_do_more(rt: Runtime, chief: str, name: str) -> None:
    """Not even its password: resetting it would be taking it over."""
    regional = who(rt, add(rt, "reg", "administrator", "44"))
    for foreign in (chief, add(rt, "far", "agent", "27"), "acc-nobody"):
        with pytest.raises(NotFound, match="account-unknown"):
            CHANGES[name](rt, regional, foreign)


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"details", "sessions"}))
def test_nobody_changes_their_own_rights(rt: Runtime, chief: str, name: str) -> None:
    add(rt, "second", "administrator", "*")
    with pytest.raises(Forbidden, match="own-account"):
        CHANGES[name](rt, who(rt, chief), chief)


def test_the_last_administrator_stays_even_for_the_operator(rt: Runtime, chief: str) -> None:
    add(rt, "reg", "administrator", "44")
    for change in (
        lambda: change_rights(rt, None, chief, role="auditor"),
        lambda: change_rights(rt, None, chief, regions=("44",)),
        lambda: disable_account(rt, None, chief),
    ):
        with pytest.raises(Conflict, match="last-administrator"):
            change()
    second = add(rt, "second", "administrator", "*")
    disable_account(rt, None, chief)
    with pytest.raises(Conflict, match="last-administrator"):
        disable_account(rt, None, second)


def test_two_administrators_cannot_dismiss_one_another_at_once(rt: Runtime, chief: str) -> None:
    second = add(rt, "second", "administrator", "*")
    pairs = [(who(rt, chief), second), (who(rt, second), chief)]

    def dismiss(pair: tuple[Principal, str]) -> str:
        try:
            disable_account(rt, *pair)
        except CallsvcError as error:
            return error.id
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(dismiss, pairs))
    # The second finds itself disabled: it holds no rights any more.
    assert ended == ["account-unknown", "done"]


def test_disabling_ends_sessions_and_keys_and_enabling_gives_the_same_rights_back(
    rt: Runtime, chief: str
) -> None:
    mine = add(rt, "sam", "supervisor", "44", platforms=("67",))
    token = sign_in(rt, "sam@example.org", PASSWORD)
    disable_account(rt, who(rt, chief), mine)
    disable_account(rt, who(rt, chief), mine)
    assert resume_session(rt, token) is None
    with pytest.raises(Forbidden):
        sign_in(rt, "sam@example.org", PASSWORD)
    enable_account(rt, who(rt, chief), mine)
    assert resume_session(rt, token) is None
    assert sign_in(rt, "sam@example.org", PASSWORD)
    assert who(rt, mine).platforms == frozenset({"67"})
    assert [action for _, action, _ in log_of(rt, mine)].count("account-disabled") == 1


def test_a_password_is_switched_off_only_for_somebody_who_has_another_way_in(rt: Runtime, chief: str) -> None:
    mine = add(rt, "sam", "supervisor", "44")
    with pytest.raises(Conflict, match="account-not-linked"):
        switch_password(rt, who(rt, chief), mine, off=True)
    with rt.db.begin() as tx:
        tx.update(account, account.c.id == mine, oidc_issuer="https://id.example", oidc_subject="s1")
    switch_password(rt, who(rt, chief), mine, off=True)
    with pytest.raises(Forbidden, match="sign-in-refused"):
        sign_in(rt, "sam@example.org", PASSWORD)
    with pytest.raises(Conflict, match="password-switched-off"):
        make_password_link(rt, who(rt, chief), mine)
    unlink_account(rt, who(rt, chief), mine)
    assert sign_in(rt, "sam@example.org", PASSWORD)


def test_the_last_administrator_keeps_a_password(rt: Runtime, chief: str) -> None:
    """The organisation's sign-in may be down just when somebody must act."""
    with rt.db.begin() as tx:
        tx.update(account, account.c.id == chief, oidc_issuer="https://id.example", oidc_subject="s1")
    with pytest.raises(Conflict, match="last-administrator"):
        switch_password(rt, None, chief, off=True)


def test_somebody_dismissed_in_the_meantime_changes_nothing_any_more(rt: Runtime, chief: str) -> None:
    second = add(rt, "second", "administrator", "*")
    mine = add(rt, "sam", "agent", "44")
    stale = who(rt, second)
    change_rights(rt, who(rt, chief), second, role="supervisor", regions=("44",))
    with pytest.raises(CallsvcError):
        change_rights(rt, stale, mine, role="administrator")

"""Whatever administrators do, nobody ends up with what nobody gave, and somebody always governs."""

from typing import Any

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from callsvc.accounts.queries import within_rights
from callsvc.accounts.rules import Rights, beyond
from callsvc.accounts.scope import ROLE_SCOPES
from callsvc.accounts.service import add_account, change_rights, disable_account, enable_account
from callsvc.accounts.tables import account
from callsvc.core.errors import CallsvcError
from callsvc.runtime import Runtime

from .people import add, declare_places, who

ROLES = st.sampled_from(sorted(ROLE_SCOPES))
REGIONS = st.sampled_from([("*",), ("44",), ("27",), ("44", "27")])
PLATFORMS = st.sampled_from([(), (), ("67",), ("67", "68"), ("21",)])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "change", "disable", "enable"]),
        st.integers(0, 5),
        st.integers(0, 5),
        ROLES,
        REGIONS,
        PLATFORMS,
    ),
    min_size=5,
    max_size=25,
)


def rights_of(role: str, regions: tuple[str, ...], platforms: tuple[str, ...]) -> Rights:
    return Rights(role, "*" if "*" in regions else frozenset(regions), frozenset(platforms) or "*")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_order_of_acts_gives_a_right_that_its_giver_did_not_hold(rt: Runtime, steps: list[Any]) -> None:
    with rt.db.begin() as tx:
        for table in ("access_log", "account_platform", "account_region", "account", "platform", "region"):
            tx.execute(sa.text(f"DELETE FROM {table}"))
    declare_places(rt)
    ids = [add(rt, "chief", "administrator", "*"), add(rt, "reg", "administrator", "44")]
    for number, (act, actor, subject, role, regions, platforms) in enumerate(steps):
        by, whom = who(rt, ids[actor % len(ids)]), ids[subject % len(ids)]
        before, wanted = who(rt, whom).rights, rights_of(role, regions, platforms)
        disabled = is_disabled(rt, by.account_id)
        try:
            if act == "add":
                address = f"n{number}@example.org"
                places = {"regions": regions, "platforms": platforms}
                ids.append(add_account(rt, address, password=None, role=role, by=by, **places))
            elif act == "change":
                change_rights(rt, by, whom, role=role, regions=regions, platforms=platforms)
            else:
                (disable_account if act == "disable" else enable_account)(rt, by, whom)
        except CallsvcError:
            assert who(rt, whom).rights == before
            continue
        assert not disabled, "who is disabled does nothing any more"
        touched = () if act == "add" else beyond(by.rights, before, ROLE_SCOPES)
        given_ = beyond(by.rights, wanted, ROLE_SCOPES) if act in ("add", "change") else ()
        assert (touched, given_) == ((), ()), (act, by.rights, before, wanted)
        assert whom != by.account_id or act == "add" or who(rt, whom).rights == before
    assert governors(rt), "somebody must be able to administer the whole country"


def is_disabled(rt: Runtime, account_id: str) -> bool:
    with rt.db.read() as tx:
        return tx.scalar(sa.select(account.c.disabled_at).where(account.c.id == account_id)) is not None


def governors(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        ids = [row.id for row in tx.all(sa.select(account.c.id).where(account.c.disabled_at.is_(None)))]
    return [one for one in ids if who(rt, one).rights == Rights("administrator", "*", "*")]


def test_the_list_shows_exactly_whom_one_may_change(rt: Runtime) -> None:
    """The rule, and the same rule said in SQL."""
    declare_places(rt)
    ids = {}
    for number, (role, regions, platforms) in enumerate(
        [
            (role, regions, platforms)
            for role in ("administrator", "supervisor", "auditor")
            for regions in (("*",), ("44",), ("27",), ("44", "27"))
            for platforms in ((), ("67",), ("67", "68"))
            if not platforms or regions in (("44",), ("44", "27"))
        ]
    ):
        ids[add(rt, f"n{number}", role, *regions, platforms=platforms)] = None
    everybody = {one: who(rt, one) for one in ids}
    for me in everybody.values():
        with rt.db.read() as tx:
            shown = {row.id for row in tx.all(sa.select(account.c.id).where(within_rights(me)))}
        assert shown == {
            one for one, other in everybody.items() if not beyond(me.rights, other.rights, ROLE_SCOPES)
        }

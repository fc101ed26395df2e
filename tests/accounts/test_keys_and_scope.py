"""API keys, and the one place that keeps a query within its regions."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.accounts.cli import user
from callsvc.accounts.keys import authenticate_key, create_key, revoke_key
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.accounts.service import add_account
from callsvc.core.errors import Forbidden, Invalid, NotFound
from callsvc.platforms.tables import region
from callsvc.runtime import Runtime

from .people import declare_places

PASSWORD = "correct horse battery"
EMAIL = "alix@example.org"


def principal(*regions: str) -> Principal:
    return Principal(account_id="a", role="supervisor", regions=frozenset(regions), scopes=frozenset())


def test_a_query_sees_only_the_regions_of_its_principal(rt: Runtime) -> None:
    everywhere = Principal(account_id="a", role="administrator", regions="*", scopes=frozenset())
    with rt.db.begin() as tx:
        for code in ("44", "27", "11"):
            tx.insert(region, code=code, name=code, zone="Europe/Paris")

        def seen(who: Principal) -> set[str]:
            query = sa.select(region.c.code).where(scope_condition(who, region.c.code))
            return {row.code for row in tx.all(query)}

        assert seen(principal("44", "27")) == {"44", "27"}
        assert seen(principal()) == set()
        assert seen(everywhere) == {"44", "27", "11"}


def test_a_key_gives_its_accounts_regions_and_only_its_own_scopes(rt: Runtime) -> None:
    add_account(rt, EMAIL, password=PASSWORD, role="supervisor", regions=("44",))
    who = authenticate_key(rt, create_key(rt, EMAIL, ("desk", "report")))
    assert who.regions == frozenset({"44"})
    assert who.scopes == frozenset({"desk", "report"})
    with pytest.raises(Forbidden):
        who.require("routing")


def test_a_key_never_exceeds_its_role(rt: Runtime) -> None:
    add_account(rt, EMAIL, password=PASSWORD, role="agent", regions=("44",))
    with pytest.raises(Forbidden):
        create_key(rt, EMAIL, ("campaigns",))
    with pytest.raises(Invalid):
        create_key(rt, EMAIL, ("everything",))
    with pytest.raises(NotFound):
        create_key(rt, "nobody@example.org", ("desk",))


def test_altered_unknown_and_revoked_keys_are_refused(rt: Runtime) -> None:
    add_account(rt, EMAIL, password=PASSWORD, role="agent", regions=("44",))
    token = create_key(rt, EMAIL, ("desk",))
    key_id = token.split(".")[0]
    for bad in ("", "x", f"{key_id}.", f"{key_id}.guess", token + "a", "key999." + token.split(".")[1]):
        with pytest.raises(Forbidden):
            authenticate_key(rt, bad)
    revoke_key(rt, key_id)
    with pytest.raises(Forbidden):
        authenticate_key(rt, token)


def test_the_commands_add_an_account_and_print_a_key(rt: Runtime) -> None:
    declare_places(rt)
    runner = CliRunner()
    arguments = ["add", EMAIL, "--role", "agent", "--region", "44", "--password-stdin"]
    added = runner.invoke(user, arguments, input=PASSWORD + "\n", obj=lambda: rt)
    assert added.exit_code == 0, added.output
    made = runner.invoke(user, ["key", EMAIL, "--scopes", "desk"], obj=lambda: rt)
    assert authenticate_key(rt, made.output.strip()).scopes == frozenset({"desk"})

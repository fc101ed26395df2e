"""The administrator's choices: in force at the next decision, kept with who changed what."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.accounts.scope import SCOPES, Principal
from callsvc.accounts.tables import access_log
from callsvc.core.errors import Forbidden, Invalid
from callsvc.routing.cli import routing as command
from callsvc.routing.offers_of_callback import may_offer_callback
from callsvc.routing.terms import LIVE, change_terms, history_of, terms_of
from tests.routing.world import World

EVERYWHERE = Principal(account_id="acc1", role="administrator", regions="*", scopes=frozenset(SCOPES))


def test_what_nobody_chose_is_as_measured_with_callbacks(world: World) -> None:
    with world.rt.db.read() as tx:
        terms = terms_of(tx)
    assert terms == LIVE
    assert (terms.order, terms.callback_after_s, terms.margin) == ("deadline-in-overload", 8.0, 0.02)


def test_a_choice_holds_at_once_and_is_kept_with_who_made_it(world: World) -> None:
    with world.rt.db.begin() as tx:
        change_terms(tx, EVERYWHERE, order="first-come", callback_after_s=None)
        change_terms(tx, None, order="first-come")  # changes nothing, so nothing is written
        change_terms(tx, None, floor=0.8)
        terms = terms_of(tx)
        assert (terms.order, terms.callback_after_s, terms.floor) == ("first-come", None, 0.8)
        assert terms.margin == 0.01, "the margin is that of a service without callbacks"
        assert [(one["number"], one["by"], one["changed"]) for one in history_of(tx)] == [
            (2, "system", {"floor": [0.7, 0.8]}),
            (1, "acc1", {"order": ["deadline-in-overload", "first-come"], "callback_after_s": [8.0, None]}),
        ]
        logged = sa.select(access_log.c.account_id).where(access_log.c.action == "routing-terms-changed")
        assert sorted(row[0] for row in tx.all(logged)) == ["acc1", "system"]


@pytest.mark.parametrize(
    "change",
    [
        {"order": "by-name"},
        {"floor": 1.0},
        {"floor": None},
        {"cap": "much"},
        {"second_share": True},
        {"computed_reserve": 1},
        {"target_s": 30},
        {"callback_after_s": -1},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(world: World, change: dict) -> None:
    with pytest.raises(Invalid, match="terms-invalid"), world.rt.db.begin() as tx:
        change_terms(tx, None, **change)
    with world.rt.db.read() as tx:
        assert terms_of(tx) == LIVE and history_of(tx) == []


def test_who_does_not_see_the_whole_country_does_not_choose_for_it(world: World) -> None:
    regional = Principal(
        account_id="acc2", role="administrator", regions=frozenset({"44"}), scopes=frozenset(SCOPES)
    )
    with pytest.raises(Forbidden, match="whole-country-only"), world.rt.db.begin() as tx:
        change_terms(tx, regional, floor=0.8)


def test_the_command_shows_changes_and_tells_who_changed_what(world: World) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(command, list(words), obj=lambda: world.rt, catch_exceptions=False)
        return done.output

    assert "callback_after_s=8.0" in run("terms")
    changed = run("terms", "callback_after_s=never", "second_share=0.25", "--format", "json")
    assert json.loads(changed)["callback_after_s"] is None
    assert "second_share: 0.5 -> 0.25" in run("changes")
    with pytest.raises(Invalid, match="terms-invalid"):
        run("terms", "order")


def test_a_callback_is_offered_to_who_waited_unless_none_are(world: World) -> None:
    call = world.waits("67")

    def offered() -> bool:
        with world.rt.db.read() as tx:
            return may_offer_callback(tx, world.entry(call))

    assert not offered()
    world.later(8)
    assert offered()
    world.agent("67")
    assert not offered(), "they were offered an agent"
    with world.rt.db.begin() as tx:
        change_terms(tx, None, callback_after_s=None)
    call = world.waits("69")
    world.later(60)
    assert not offered()

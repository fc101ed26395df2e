"""A list names somebody at the moment they are forgotten: one of both comes first, and no row is astray."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.campaigns.service import change_state
from callsvc.contacts import storing
from callsvc.contacts.service import import_contacts
from callsvc.contacts.suppressions import live_suppressions, suppress
from callsvc.contacts.tables import contact, contact_number, phone_number, tracing_case
from callsvc.retention import erasing, passing
from callsvc.retention.astray import astray
from callsvc.retention.passing import forget_due
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, start_campaign

DAY = 86_400.0
ALONE = "Nom;Prénom;Téléphone;Dossier\nDUPRÉ;Zoé;06 39 98 00 01;DOSSIER-1\n"
LIST = """Nom;Prénom;Téléphone;Tél. 2;Dossier
DUPRÉ;Zoé;06 39 98 00 01;06 39 98 00 02;DOSSIER-1
MARTIN;Éloïse;06 39 98 00 03;;DOSSIER-1
"""
LATEST_S = 20.0


def _import(rt: Runtime, path: Path, text: str, **wishes: Any) -> None:
    path.write_text(text, "utf-8")
    import_contacts(rt, path, synthetic=True, default_platform="67", **wishes)


def _somebody_due(rt: Runtime, path: Path) -> str:
    """Zoé, whose one campaign ended longer ago than anybody is kept, and one that goes on without her."""
    start_campaign(rt, "+33639980009", file=campaign_file(id="later"))
    start_campaign(rt, "+33639980008")
    _import(rt, path, ALONE, into_campaign="tracing")
    change_state(rt, "tracing", "close", "test")
    advance(rt, 91 * DAY)
    with rt.db.read() as tx:
        return str(tx.scalar(sa.select(contact.c.id).where(contact.c.case_id.is_not(None))))


def _waits(rt: Runtime) -> bool:
    with rt.db.read() as tx:
        wanted = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(tx.scalar(sa.text(wanted)))


def _meanwhile(
    rt: Runtime, first: Callable[[], object], reached: Event, go_on: Event, second: Callable[[], object]
) -> None:
    """Run ``second`` while ``first`` stands in its middle, until it ends or waits; then let both end."""
    threads = [Thread(target=first), Thread(target=second)]
    threads[0].start()
    assert reached.wait(LATEST_S)
    threads[1].start()
    while threads[1].is_alive() and not _waits(rt):
        threads[1].join(0.01)
    go_on.set()
    for thread in threads:
        thread.join(LATEST_S)
        assert not thread.is_alive()


def _stopping_in(function: Callable[..., Any], reached: Event, go_on: Event) -> Callable[..., Any]:
    def stops(*arguments: Any, **named: Any) -> Any:
        given = function(*arguments, **named)
        if not reached.is_set():
            reached.set()
            assert go_on.wait(LATEST_S)
        return given

    return stops


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("first", ["the list", "retention"])
def test_a_list_and_retention_never_meet_in_one_person(
    rt: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    zoe = _somebody_due(rt, tmp_path / "first.csv")
    reached, go_on = Event(), Event()

    def by_list() -> None:
        _import(rt, tmp_path / "again.csv", LIST, into_campaign="later")

    def by_retention() -> None:
        forget_due(rt, at_once=True)

    if first == "the list":  # it has found Zoé and her case, and has stored nothing yet
        monkeypatch.setattr(storing, "people_with", _stopping_in(storing.people_with, reached, go_on))
        _meanwhile(rt, by_list, reached, go_on, by_retention)
    else:  # she is forgotten, which nobody sees before the commit
        monkeypatch.setattr(erasing, "forget_people", _stopping_in(erasing.forget_people, reached, go_on))
        _meanwhile(rt, by_retention, reached, go_on, by_list)
    with rt.db.read() as tx:
        assert astray(tx.execute) == []
        erased = tx.scalar(sa.select(contact.c.erased_at).where(contact.c.id == zoe))
        listed = sa.select(contact.c.id).join(tracing_case, tracing_case.c.id == contact.c.case_id)
        named = tx.all(listed.where(tracing_case.c.reference == "DOSSIER-1", contact.c.erased_at.is_(None)))
        numbers = tx.scalar(sa.select(sa.func.count()).select_from(contact_number))
    assert (erased is None) == (first == "the list")
    assert len(named) == 2 and numbers >= 3 + 1  # whoever came first, the list's two people are whole


def test_a_stop_that_came_while_numbers_were_looked_for_keeps_its_number(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact_id = start_campaign(rt, "+33639980001").contact_ids[0]
    change_state(rt, "tracing", "stop", "test")
    with rt.db.begin() as tx:
        number_id = tx.scalar(sa.select(contact_number.c.number_id))
        suppress(tx, number_id, "all", source="test")
        tx.delete(contact_number, contact_number.c.contact_id == contact_id)
    advance(rt, 91 * DAY)
    monkeypatch.setattr(passing, "numbers_due", _as_before_the_stop)
    forget_due(rt, at_once=True)
    with rt.db.read() as tx:
        assert [entry.scope for entry in live_suppressions(tx, [number_id])[number_id]] == ["all"]
        assert tx.scalar(sa.text("SELECT count(*) FROM phone_number WHERE erased_at IS NOT NULL")) == 0


def _as_before_the_stop(_: Any) -> sa.Select[Any]:
    return sa.select(phone_number.c.id).order_by(phone_number.c.id)

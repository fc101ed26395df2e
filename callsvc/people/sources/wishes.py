"""What the person does not want, and what they prefer: kept for their numbers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from callsvc.contacts.preferences import PARTS_OF_DAY, Preferences
from callsvc.contacts.tables import preference, suppression, suppression_lift
from callsvc.core.db import Tx
from callsvc.people.entries import Entry, Step, Subject
from callsvc.people.words import said as word_of
from callsvc.web.texts import gettext


def wishes_of(tx: Tx, person: Subject) -> Iterator[Entry]:
    """Do-not-contact entries, lifted or not, and every preference ever chosen."""
    entries = tx.all(sa.select(suppression).where(suppression.c.number_id.in_(person.number_ids)))
    asked = _asked(tx, [row.id for row in entries])
    for row in entries:
        lifted = [Step(row.lifted_at, gettext("Lifted"))] if row.lifted_at else []
        yield Entry(
            at=row.recorded_at,
            kind="suppression",
            subject=row.id,
            title=scope_sentence(row.scope, row.purpose),
            state="lifted" if row.lifted_at else "in-force",
            state_kind="force",
            notes=tuple(_proof(row)),
            steps=(*asked[row.id], *lifted),
        )
    for row in tx.all(sa.select(preference).where(preference.c.number_id.in_(person.number_ids))):
        replaced = (Step(row.replaced_at, gettext("Chosen otherwise")),) if row.replaced_at else ()
        yield Entry(
            at=row.recorded_at,
            kind="preference",
            subject=row.id,
            title=_preference(row.name, tx.keyring.decrypt_json(row.value, f"preference:{row.id}")),
            state="replaced" if row.replaced_at else "in-force",
            state_kind="force",
            notes=tuple(_proof(row)),
            steps=replaced,
        )


def _proof(row: Any) -> Iterator[str]:
    """Where it was heard, and the id of the call, message, list or account that shows it."""
    yield gettext("Heard by: %(source)s", source=word_of(row.source, "source"))
    if row.evidence:
        yield gettext("Evidence: %(evidence)s", evidence=row.evidence)


def _asked(tx: Tx, suppression_ids: Sequence[str]) -> dict[str, list[Step]]:
    """By entry: who asked that it end, and whether somebody said no."""
    steps: dict[str, list[Step]] = defaultdict(list)
    wanted = suppression_lift.c.suppression_id.in_(suppression_ids)
    for row in tx.all(sa.select(suppression_lift).where(wanted).order_by(suppression_lift.c.id)):
        asked = gettext("A lift was asked for: %(reason)s", reason=row.reason)
        steps[row.suppression_id].append(Step(row.asked_at, asked))
        if row.status == "refused":
            steps[row.suppression_id].append(Step(row.decided_at, gettext("The lift was refused")))
    return steps


def scope_sentence(scope: str, purpose: str) -> str:
    """What a do-not-contact entry forbids."""
    if scope == "sms":
        return gettext("No more SMS")
    if scope == "purpose":
        return gettext("No more automated contact for %(purpose)s", purpose=purpose)
    return gettext("No contact at all")


def choice_sentences(chosen: Preferences) -> list[str]:
    """What holds for a number, as its page says it."""
    hours = [[sorted(one.days), one.opens, one.closes] for one in chosen.hours]
    held = {"hours": hours, "channel": chosen.channel, "language": chosen.language}
    return [_preference(name, value) for name, value in held.items() if value]


def _preference(name: str, value: Any) -> str:
    if name == "hours":
        return gettext("Prefers calls: %(parts)s", parts=", ".join(_parts(value)))
    if name == "channel":
        return gettext("Prefers %(channel)s", channel=word_of(value, "channel"))
    return gettext("Prefers the language %(language)s", language=str(value))


def _parts(windows: Sequence[Any]) -> list[str]:
    named = {str(window): word for word, window in PARTS_OF_DAY.items()}
    return [
        word_of(named[str(list(one))], "part-of-day") if str(list(one)) in named else str(one)
        for one in windows
    ]

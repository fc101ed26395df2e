"""What was agreed with the person: callbacks, appointments."""

from collections.abc import Iterator

import sqlalchemy as sa

from callsvc.appointments.tables import appointment, reminder
from callsvc.core.db import Tx
from callsvc.dialing.tables import callback
from callsvc.people.entries import Entry, Step, Subject
from callsvc.people.words import said as word_of
from callsvc.web.texts import gettext


def promises_of(tx: Tx, person: Subject) -> Iterator[Entry]:
    """Callbacks and appointments, at the moment for which they were agreed."""
    mine = callback.c.campaign_contact_id.in_(person.place_ids)
    for row in tx.all(sa.select(callback).where(mine)):
        yield Entry(
            at=row.due_at,
            kind="callback",
            subject=row.id,
            title=gettext("agreed with them"),
            state=row.status,
            state_kind="promise",
            steps=(Step(row.created_at, gettext("Agreed")),),
        )
    reminders: dict[str, list[Step]] = {}
    joined = sa.select(reminder).join(appointment, appointment.c.id == reminder.c.appointment_id)
    for row in tx.all(joined.where(appointment.c.contact_id == person.contact_id)):
        said = gettext("Reminder: %(state)s", state=word_of(row.status, "promise"))
        reminders.setdefault(row.appointment_id, []).append(Step(row.due_at, said))
    for row in tx.all(sa.select(appointment).where(appointment.c.contact_id == person.contact_id)):
        yield Entry(
            at=row.starts_at,
            kind="appointment",
            subject=row.id,
            title=word_of(row.kind, "appointment"),
            state=row.status,
            state_kind="promise",
            notes=(gettext("Solved by phone"),) if row.resolved_by_phone else (),
            steps=tuple(sorted(reminders.get(row.id, ()), key=lambda step: step.at)),
        )

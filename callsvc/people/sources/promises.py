"""What was agreed with the person: callbacks, announced calls, appointments."""

from collections.abc import Iterator

import sqlalchemy as sa

from callsvc.appointments.tables import appointment, reminder
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.tables import announcement, callback
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
    yield from _slots(tx, person)
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


def _slots(tx: Tx, person: Subject) -> Iterator[Entry]:
    """Calls that an SMS announced, at the beginning of their slot."""
    mine = announcement.c.campaign_contact_id.in_(person.place_ids)
    wanted = sa.select(announcement, campaign_contact.c.campaign_id).join(
        campaign_contact, campaign_contact.c.id == announcement.c.campaign_contact_id
    )
    for row in tx.all(wanted.where(mine)):
        steps = ((row.created_at, gettext("Planned")), (row.told_at, gettext("Told")))
        yield Entry(
            at=row.slot_from,
            kind="slot",
            subject=row.id,
            title=gettext(
                "%(minutes)s minutes from then on", minutes=round((row.slot_to - row.slot_from).seconds / 60)
            ),
            state=row.status,
            state_kind="slot",
            steps=tuple(Step(at, said) for at, said in steps if at is not None),
            campaign_id=row.campaign_id,
        )

"""Reminders by SMS, a day and two hours before: when and where, never why."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.service import reminder_cause
from callsvc.appointments.tables import appointment, reminder
from callsvc.campaigns.calendar import zone
from callsvc.campaigns.facts import numbers_of
from callsvc.contacts.preferences import language_of
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.messages.service import plan_message
from callsvc.runtime import Runtime

PURPOSE = "appointments"
_AT_ONCE = 100
_TEXTS = {
    "fr": "Assurance Maladie : rappel de votre rendez-vous le {when}. {place} Une question ? {phone}",
    "en": "Assurance Maladie: reminder of your appointment on {when}. {place} Any question? {phone}",
    "es": "Assurance Maladie: recordatorio de su cita del {when}. {place} ¿Alguna pregunta? {phone}",
    "pt": "Assurance Maladie: lembrete da sua consulta em {when}. {place} Alguma pergunta? {phone}",
    "ar": "Assurance Maladie: تذكير بموعدكم في {when}. {place} لأي سؤال: {phone}",
}


def send_due_reminders(rt: Runtime) -> int:
    """Plan the SMS of every reminder whose time has come; returns how many."""
    with rt.db.read() as tx:
        if tx.first(_due(tx)) is None:
            return 0
    with rt.db.begin() as tx:
        rows = tx.all(_due(tx).limit(_AT_ONCE))
        for row in rows:
            _remind(tx, row)
    return len(rows)


def _due(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(
            reminder.c.id,
            appointment.c.contact_id,
            appointment.c.starts_at,
            appointment.c.place,
            contact.c.language,
            contact.c.zone,
        )
        .join(appointment, appointment.c.id == reminder.c.appointment_id)
        .join(contact, contact.c.id == appointment.c.contact_id)
        .where(reminder.c.status == "due", reminder.c.due_at <= tx.now)
    )


def _remind(tx: Tx, row: Row[Any]) -> None:
    mobiles = [one for one in numbers_of(tx, [row.contact_id]).get(row.contact_id, []) if one.kind != "fixed"]
    due = (reminder.c.id == row.id) & (reminder.c.status == "due")
    mine = tx.update(reminder, due, status="sent" if mobiles else "canceled")
    if not mine or not mobiles:  # cancelled, or taken by another ticker, since it was read
        return
    local = row.starts_at.astimezone(zone(row.zone) or zone("Europe/Paris"))
    language = language_of(tx, mobiles[0].id, row.language) or "fr"
    text = _TEXTS.get(language, _TEXTS["fr"]).format(
        when=local.strftime("%d/%m %H:%M"),
        place=f"{row.place}." if row.place else "",
        phone=tx.settings.callsvc_verify_phone,
    )
    plan_message(
        tx,
        number_id=mobiles[0].id,
        body=" ".join(text.split()),
        sender=tx.settings.callsvc_caller_id,
        purpose=PURPOSE,
        cause=reminder_cause(row.id),
        campaign_contact_id=None,
    )

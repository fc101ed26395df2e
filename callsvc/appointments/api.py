"""Appointments for programs."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.appointments.tables import appointment
from callsvc.contacts.tables import contact
from callsvc.core.errors import NotFound
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Listed, Moment, RegionCode, Told

appointments_api = api_blueprint("appointments_api")

APPOINTMENTS = Tag(name="appointments", description="Visits, by phone, on video or in person.")


class Appointment(Told):
    """Who it is with is an id; where and why are the platform's own words."""

    id: str
    contact_id: str
    region_code: str
    kind: str = Field(examples=["physical"])
    place: str
    reason: str
    starts_at: datetime
    status: str = Field(examples=["confirmed"])
    wish: str = Field(description="The other time the person wishes: morning, afternoon.")
    resolved_by_phone: bool
    changed_at: datetime


class AppointmentList(Listed):
    items: list[Appointment]


class AppointmentFilter(Paging):
    status: Literal["", "booked", "confirmed", "moved", "move-requested", "canceled"] = ""
    region: RegionCode = ""
    since: Moment | None = Field(None, description="Starting at this instant or later.")
    until: Moment | None = Field(None, description="Starting before this instant.")


@appointments_api.get("/appointments")
@api("contacts")
@operation(APPOINTMENTS)
def list_appointments(query: AppointmentFilter) -> AppointmentList:
    """Appointments of your regions, the earliest first; the reading is recorded in the access log."""
    wanted = _mine()
    wanted = wanted.where(appointment.c.status == query.status) if query.status else wanted
    wanted = wanted.where(contact.c.region_code == query.region) if query.region else wanted
    wanted = wanted.where(appointment.c.starts_at >= query.since) if query.since else wanted
    wanted = wanted.where(appointment.c.starts_at < query.until) if query.until else wanted
    with current_rt().db.begin() as tx:
        rows, more = page_of(tx, wanted, query, appointment.c.starts_at, appointment.c.id)
        record_access(tx, current_principal(), "appointments-listed", "appointments", {"shown": len(rows)})
    return AppointmentList(items=[Appointment.model_validate(row) for row in rows], next=more)


@appointments_api.get("/appointments/<appointment_id>")
@api("contacts")
@operation(
    APPOINTMENTS,
    refusals=(Refusal("appointment-unknown", 404, "No appointment in your regions has this id."),),
)
def show_appointment(appointment_id: str) -> Appointment:
    """One appointment; the reading is recorded in the access log."""
    with current_rt().db.begin() as tx:
        row = tx.first(_mine().where(appointment.c.id == appointment_id))
        if row is None:
            raise NotFound("appointment-unknown", "No appointment in your regions has this id.")
        record_access(tx, current_principal(), "appointment-read", appointment_id, {})
    return Appointment.model_validate(row)


def _mine() -> sa.Select[Any]:
    return (
        sa.select(appointment, contact.c.region_code)
        .join(contact, contact.c.id == appointment.c.contact_id)
        .where(scope_condition(current_principal(), contact.c.region_code, contact.c.platform_code))
    )

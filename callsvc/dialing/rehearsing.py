"""A rehearsal is asked for here, kept here, and read here; it is played by ``callsvc.rehearsal``.

What leaves the real world for the stage is a count: how many people of the list speak which language, live
where, have which kind of number. No person, no number and no answer goes there, and none comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact, contact_number, phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.dialing.tables import rehearsal
from callsvc.runtime import Runtime

MOST_PEOPLE: Final = 100
USUAL_PEOPLE: Final = 20
_LEASE: Final = timedelta(minutes=10)  # machine time; a stage that is silent for longer has died
_KEPT: Final = 20  # newest ones shown


@dataclass(frozen=True)
class Stratum:
    """People of the list who are alike in all that decides how they are called; ``people`` to be played."""

    language: str
    region_code: str
    platform_code: str
    department: str
    zone: str
    kind: str
    people: int


def rehearse(
    rt: Runtime, campaign_id: str, people: int = USUAL_PEOPLE, *, by: str, principal: Principal | None = None
) -> str:
    """Ask for a rehearsal with so many people; its id. A worker plays it within seconds.

    ``rehearsal-too-large``, ``rehearsal-under-way`` (of this campaign), ``campaign-unknown``.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise Invalid("rehearsal-too-large", f"A rehearsal has 1 to {MOST_PEOPLE} people.")
    with rt.db.begin() as tx:
        row = campaign_row(tx, campaign_id, lock=True)
        open_one = rehearsal.c.status.in_(("waiting", "running"))
        if tx.first(sa.select(rehearsal.c.id).where(rehearsal.c.campaign_id == campaign_id, open_one)):
            raise Conflict(
                "rehearsal-under-way", "This campaign is being rehearsed already: wait for its end."
            )
        rehearsal_id = tx.new_id("reh")
        tx.insert(
            rehearsal,
            id=rehearsal_id,
            campaign_id=campaign_id,
            flow_version=row.flow_version,
            people=people,
            status="waiting",
            asked_by=by,
            asked_at=tx.machine_now,
            lease_until=tx.machine_now,
            report={},
            problem="",
        )
        if principal is not None:
            record_access(tx, principal, "campaign-rehearsed", campaign_id, {"rehearsal": rehearsal_id})
        tx.enqueue("rehearse", rehearsal_id)
        tx.changed("campaign", subject=campaign_id)
    return rehearsal_id


def rehearsals_of(tx: Tx, campaign_id: str) -> Sequence[Row[Any]]:
    """The newest first. The caller has seen the campaign to be the reader's to see."""
    mine = sa.select(rehearsal).where(rehearsal.c.campaign_id == campaign_id)
    return tx.all(mine.order_by(rehearsal.c.asked_at.desc(), rehearsal.c.id.desc()).limit(_KEPT))


def rehearsal_of(tx: Tx, campaign_id: str, rehearsal_id: str) -> Row[Any]:
    """One of them, or ``rehearsal-unknown``."""
    mine = (rehearsal.c.campaign_id == campaign_id) & (rehearsal.c.id == rehearsal_id)
    row = tx.first(sa.select(rehearsal).where(mine))
    if row is None:
        raise NotFound("rehearsal-unknown", "This campaign has no rehearsal with this id.")
    return row


def strata_of(tx: Tx, campaign_id: str, people: int) -> list[Stratum]:
    """The list in small: ``people`` shared out among those who are alike, by the largest remainders.

    An empty campaign is played by people of its first platform.
    """
    kind = sa.func.coalesce(phone_number.c.kind, "mobile").label("kind")
    first = (contact_number.c.contact_id == contact.c.id) & (contact_number.c.rank == 1)
    alike = (
        contact.c.language,
        contact.c.region_code,
        contact.c.platform_code,
        contact.c.department,
        contact.c.zone,
        kind,
    )
    rows = tx.all(
        sa.select(*alike, sa.func.count().label("people"))
        .select_from(campaign_contact)
        .join(contact, contact.c.id == campaign_contact.c.contact_id)
        .outerjoin(contact_number, first)
        .outerjoin(phone_number, phone_number.c.id == contact_number.c.number_id)
        .where(campaign_contact.c.campaign_id == campaign_id)
        .group_by(*alike)
        .order_by(sa.func.count().desc(), *alike)
    )
    shares = shared_out([row.people for row in rows], people)
    return [
        Stratum(row.language, row.region_code, row.platform_code, row.department, row.zone, row.kind, share)
        for row, share in zip(rows, shares, strict=True)
        if share
    ]


def shared_out(counts: Sequence[int], seats: int) -> list[int]:
    """Seats in proportion to counts, by the largest remainders (Hamilton's way).

    >>> shared_out([70, 25, 5], 10)
    [7, 3, 0]
    """
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    exact = [count * seats / total for count in counts]
    given = [int(one) for one in exact]
    by_remainder = sorted(range(len(counts)), key=lambda place: (given[place] - exact[place], place))
    for place in by_remainder[: seats - sum(given)]:
        given[place] += 1
    return given


def take_rehearsal(tx: Tx, rehearsal_id: str) -> Row[Any] | None:
    """Begin to play it; None when another worker has it, or it is over."""
    mine = (rehearsal.c.id == rehearsal_id) & (rehearsal.c.status == "waiting")
    if not tx.update(rehearsal, mine, status="running", lease_until=tx.machine_now + _LEASE):
        return None
    row = tx.first(sa.select(rehearsal).where(rehearsal.c.id == rehearsal_id))
    if row is not None:
        tx.changed("campaign", subject=row.campaign_id)
    return row


def prolong_rehearsal(tx: Tx, rehearsal_id: str) -> None:
    """The stage is alive."""
    tx.update_row(rehearsal, rehearsal_id, lease_until=tx.machine_now + _LEASE)


def end_rehearsal(tx: Tx, rehearsal_id: str, *, report: dict[str, Any], problem: str = "") -> None:
    """Keep what came of it."""
    tx.update(
        rehearsal,
        rehearsal.c.id == rehearsal_id,
        status="failed" if problem else "completed",
        report=report,
        problem=problem[:200],
        ended_at=tx.machine_now,
    )
    campaign_id = tx.scalar(sa.select(rehearsal.c.campaign_id).where(rehearsal.c.id == rehearsal_id))
    tx.changed("campaign", subject=campaign_id)


def ask_for_rehearsals(rt: Runtime) -> None:
    """Waiting ones are asked for again; one whose stage has died has failed."""
    with rt.db.read() as tx:
        over = rehearsal.c.lease_until <= tx.machine_now
        due = tx.all(
            sa.select(rehearsal.c.id, rehearsal.c.status).where(
                rehearsal.c.status.in_(("waiting", "running")), over
            )
        )
    if not due:
        return
    with rt.db.begin() as tx:
        for row in due:
            if row.status == "waiting":
                tx.enqueue("rehearse", row.id)
            else:
                end_rehearsal(tx, row.id, report={}, problem="stage-died")

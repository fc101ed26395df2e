"""When, how and in which language the person on a desk wants to be contacted, as they tell its agent.

For the conversation the agent holds, by voice or by SMS, and until its wrap-up is over. Whom we called are
chosen for with all their numbers; of whoever calls or writes to us only the number is sure, and the choice
holds for that number alone. Where the person lives is no matter: an aiding agent notes it as well.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access, record_read
from callsvc.accounts.scope import Principal
from callsvc.calls.tables import call, leg
from callsvc.contacts.choosing import Choices, choices_of, keep_choices
from callsvc.contacts.tables import contact_number
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.routing.queries import hold_of_agent
from callsvc.runtime import Runtime

LANGUAGES: Final = {
    "fr": "français",
    "en": "English",
    "es": "español",
    "pt": "português",
    "ar": "العربية",
}
"""Those in which we write by ourselves, each by its own name."""


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Whom an agent is with: the number they speak or write on, and all for which they may choose.

    ``subject``: the call, or the entry of a conversation by SMS, as the access log names it. ``evidence``:
    the leg, or that entry.
    """

    number_id: str
    number_ids: tuple[str, ...]
    subject: str
    evidence: str


def show_choices(rt: Runtime, principal: Principal, agent_id: str) -> Choices:
    """What they chose until now; reading it is on record. Raises ``no-call``, ``no-number``."""
    with rt.db.begin() as tx:
        partner = _at_desk(tx, agent_id)
        record_read(tx, principal, "caller", partner.subject)
        return choices_of(tx, partner.number_ids)


def note_choices(
    rt: Runtime, principal: Principal, agent_id: str, choices: Choices, *, this_number_first: bool = False
) -> list[str]:
    """All of it at once, in force at once; the names of what changed. Raises ``no-call``, ``no-number``.

    ``this_number_first``: the number they speak or write on is tried before their others from now on.
    """
    with rt.db.begin() as tx:
        partner = _at_desk(tx, agent_id)
        wanted = replace(choices, first_number=partner.number_id if this_number_first else "")
        changed = keep_choices(tx, partner.number_ids, wanted, source="agent", evidence=partner.evidence)
        record_access(tx, principal, "choices-recorded", partner.subject, {"changed": changed})
        return changed


def choosing_context(tx: Tx, entry: Row[Any]) -> dict[str, Any]:
    """For the page: what holds (None for a caller who hid their number), and the languages to choose from."""
    partner = _partner(tx, entry)
    chosen = choices_of(tx, partner.number_ids) if partner else None
    others = {code for code in (entry.language, chosen.language if chosen else "") if code}
    return {"chosen": chosen, "languages": {code: code for code in sorted(others)} | LANGUAGES}


def _at_desk(tx: Tx, agent_id: str) -> Partner:
    held = hold_of_agent(tx, agent_id)
    if held is None or held[1].state != "accepted" or held[1].bridged_at is None:
        raise Conflict("no-call", "There is nobody on this desk to do this for.")
    partner = _partner(tx, held[0])
    if partner is None:
        raise Invalid("no-number", "This caller has no number that could be called.")
    return partner


def _partner(tx: Tx, entry: Row[Any]) -> Partner | None:
    if entry.kind == "sms":
        return Partner(
            number_id=entry.number_id, number_ids=(entry.number_id,), subject=entry.id, evidence=entry.id
        )
    number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == entry.leg_id))
    if number_id is None:
        return None
    theirs = tx.all(
        sa.select(contact_number.c.number_id)
        .join(call, call.c.contact_id == contact_number.c.contact_id)
        .where(call.c.id == entry.call_id, call.c.direction == "outbound")
        .order_by(contact_number.c.rank, contact_number.c.number_id)
    )
    others = (row.number_id for row in theirs if row.number_id != number_id)
    return Partner(
        number_id=number_id, number_ids=(number_id, *others), subject=entry.call_id, evidence=entry.leg_id
    )

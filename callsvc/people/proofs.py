"""What shows that somebody must not be contacted: the evidence of an entry, and where it is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.engine import Row

from callsvc.accounts.queries import account_names
from callsvc.accounts.scope import Principal
from callsvc.contacts.tables import contact_import
from callsvc.core.db import Tx

_ON_A_TIMELINE = ("agent", "carrier", "key", "sms")  # a call or a message, told on the page of the person
_BY_AN_ACCOUNT = ("api", "console")


@dataclass(frozen=True)
class Proof:
    """``said``: the evidence, or the name of the account it is. ``href``: '' where no page shows it."""

    said: str
    href: str = ""


def proofs_of(
    tx: Tx, principal: Principal, rows: Sequence[Row[Any]], people: dict[str, list[str]]
) -> dict[str, Proof]:
    """By entry. ``people``: by number the ids of those whom the principal may see."""
    names = account_names(tx, [row.evidence for row in rows if row.source in _BY_AN_ACCOUNT])
    imports = _campaigns_of(tx, [_import_id(row) for row in rows if row.source == "import"])
    found: dict[str, Proof] = {}
    for row in rows:
        told = Proof(row.evidence)
        if row.source in _ON_A_TIMELINE and row.evidence and row.number_id in people:
            told = Proof(row.evidence, url_for("people.show", contact_id=people[row.number_id][0]))
        elif row.source in _BY_AN_ACCOUNT:
            told = Proof(names.get(row.evidence) or row.evidence)
        elif row.source == "import" and principal.sees_everything and _import_id(row) in imports:
            import_id = _import_id(row)
            href = url_for("campaigns.import_shown", campaign_id=imports[import_id], import_id=import_id)
            told = Proof(row.evidence, href)
        found[row.id] = told
    return found


def _import_id(row: Row[Any]) -> str:
    """Evidence of an import is its id and the line."""
    return str(row.evidence).partition(":")[0]


def _campaigns_of(tx: Tx, import_ids: Sequence[str]) -> dict[str, str]:
    """By import the campaign whose page shows it; imports of no campaign have no page."""
    if not import_ids:
        return {}
    rows = tx.all(
        sa.select(contact_import.c.id, contact_import.c.wish).where(contact_import.c.id.in_(set(import_ids)))
    )
    return {row.id: row.wish["campaign"] for row in rows if (row.wish or {}).get("campaign")}

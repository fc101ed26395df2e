"""A search, kept for half an hour: its address holds an id, and nothing that was asked for.

What was asked is stored encrypted, for its author alone. The access log learns who searched by what kind of
thing, under which id, and how many were found; and each person whose name was shown.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from callsvc.accounts.access import record_access, record_read
from callsvc.accounts.scope import Principal
from callsvc.contacts.searching.finding import Found, Hit, Wanted, find_people
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.people.card import standings_of
from callsvc.people.tables import people_search

PAGE: Final = 25  # people shown at once, each of them read
_KEPT: Final = timedelta(minutes=30)  # machine time


@dataclass(frozen=True)
class Shown:
    """One page of a search. ``total``: all who answer it."""

    hits: tuple[Hit, ...]
    total: int
    too_many: bool
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def keep_search(tx: Tx, principal: Principal, wanted: Wanted) -> str:
    """The id under which the search can be looked at; what has expired goes."""
    tx.delete(people_search, people_search.c.expires_at <= tx.machine_now)
    search_id = tx.new_id("sea")
    tx.insert(
        people_search,
        id=search_id,
        account_id=principal.account_id,
        asked=tx.keyring.encrypt_json(asdict(wanted), _bound(search_id)),
        expires_at=tx.machine_now + _KEPT,
    )
    return search_id


def kept_search(tx: Tx, principal: Principal, search_id: str) -> Wanted:
    """What was asked for; ``search-over`` when it has expired, or is somebody else's."""
    row = tx.first(
        sa.select(people_search).where(
            people_search.c.id == search_id,
            people_search.c.account_id == principal.account_id,
            people_search.c.expires_at > tx.machine_now,
        )
    )
    if row is None:
        raise NotFound("search-over", "This search is over: search again.")
    return Wanted(**tx.keyring.decrypt_json(row.asked, _bound(search_id)))


def look(tx: Tx, principal: Principal, wanted: Wanted, *, search_id: str, page: int = 1) -> Shown:
    """One page of who is found; on record with everybody it shows."""
    found: Found = find_people(tx, principal, wanted)
    pages = max(1, -(-len(found.hits) // PAGE))
    page = min(max(page, 1), pages)
    hits = found.hits[(page - 1) * PAGE : page * PAGE]
    details = {"by": list(wanted.kinds), "found": len(found.hits), "too_many": found.too_many, "page": page}
    record_access(tx, principal, "people-searched", search_id, details)
    for hit in hits:
        record_read(tx, principal, "contact", hit.id)
    return Shown(hits, len(found.hits), found.too_many, page)


def why_not_yet(tx: Tx, principal: Principal, shown: Shown) -> dict[str, list[tuple[str, str]]]:
    """For each of these people the titles of the campaigns in which they wait, and why, as on their page."""
    return {
        hit.id: [(one.title, one.why) for one in standings_of(tx, principal, hit.id) if one.why]
        for hit in shown.hits
    }


def _bound(search_id: str) -> str:
    return f"people_search.asked:{search_id}"

"""Making, changing and ending agreements between regions; what each said before is kept.

The region that helps agrees: an account of a region makes and changes what its region gives, and either side
ends it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden, NotFound
from callsvc.platforms.queries import region_by_code
from callsvc.routing.rules.agreements import Week, check_agreement
from callsvc.routing.tables import aid_activation, aid_agreement, aid_agreement_change

SHOWN: Final = 100
"""Changes shown at once, the newest."""


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """One agreement, wherever it is read from."""

    aided_region: str
    aiding_region: str
    rank: int
    activate_wait_s: int
    release_wait_s: int
    cap: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: Week | None = None

    @classmethod
    def of(cls, aided: str, aiding: str, terms: Mapping[str, Any]) -> "Agreed":
        """From terms as they are kept: instants are text there."""
        instants = {
            name: datetime.fromisoformat(terms[name]) for name in ("starts_at", "ends_at") if terms.get(name)
        }
        return cls(aided_region=aided, aiding_region=aiding, **{**terms, **instants})


def put_agreement(
    tx: Tx,
    *,
    aided: str,
    aiding: str,
    rank: int,
    activate_wait_s: int,
    release_wait_s: int,
    cap: int,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    hours: Week | None = None,
    by: Principal | None = None,
) -> bool:
    """``aiding`` agrees to take calls of ``aided``, or changes the terms; True if that changed anything.

    Aid opens when the predicted wait at home reaches ``activate_wait_s`` and closes below
    ``release_wait_s`` (lived seconds); ``cap`` calls of this pair at once at most; ``hours`` by the clock of
    ``aiding``, None: at any time. ``by`` None is a command. Raises ``agreement-self``, ``-thresholds``,
    ``-cap``, ``-dates``, ``-hours``, ``region-unknown``, ``not-your-region``.
    """
    for code in (aided, aiding):
        region_by_code(tx, code)
    if by is not None and not by.may_see(aiding):
        raise Forbidden("not-your-region", "The region that helps agrees: ask an account of that region.")
    check_agreement(
        aided, aiding, activate_wait_s=activate_wait_s, release_wait_s=release_wait_s, cap=cap,
        starts_at=starts_at, ends_at=ends_at, week=hours,
    )  # fmt: skip
    before = _row(tx, aided, aiding)
    values = {
        "rank": rank,
        "activate_wait_s": activate_wait_s,
        "release_wait_s": release_wait_s,
        "cap": cap,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "hours": None
        if hours is None
        else {day: [list(one) for one in found] for day, found in hours.items()},
    }
    if before is not None and {name: getattr(before, name) for name in values} == values:
        return False
    if before is None:
        tx.insert(aid_agreement, aided_region=aided, aiding_region=aiding, **values)
    else:
        tx.update(aid_agreement, _pair(aided, aiding), **values)
    tx.insert_once(aid_activation, region_code=aided, active=False, since=tx.now)
    _keep(tx, (aided, aiding), by, terms_said(before), _plain(values))
    return True


def end_agreement(tx: Tx, aided: str, aiding: str, *, by: Principal | None) -> None:
    """No further call is taken by it; nothing happens when there is none. Raises ``agreement-unknown``."""
    if by is not None and not (by.may_see(aided) or by.may_see(aiding)):
        raise NotFound("agreement-unknown", "No agreement of your regions is between these two.")
    before = _row(tx, aided, aiding)
    if before is None:
        return
    tx.delete(aid_agreement, _pair(aided, aiding))
    _keep(tx, (aided, aiding), by, terms_said(before), None)


def agreement_of(tx: Tx, aided: str, aiding: str, by: Principal) -> Row[Any]:
    """One that the reader may see; ``agreement-unknown``."""
    row = tx.first(sa.select(aid_agreement).where(_pair(aided, aiding), seen_by(by)))
    if row is None:
        raise NotFound("agreement-unknown", "No agreement of your regions is between these two.")
    return row


def changes_of(tx: Tx, by: Principal) -> Sequence[Row[Any]]:
    """What was agreed, changed and ended where the reader's regions give or take, newest first."""
    keys = (aid_agreement_change.c.aided_region, aid_agreement_change.c.aiding_region)
    mine = sa.or_(*(scope_condition(by, key) for key in keys))
    newest = (aid_agreement_change.c.at.desc(), aid_agreement_change.c.id.desc())
    return tx.all(sa.select(aid_agreement_change).where(mine).order_by(*newest).limit(SHOWN))


def agreements_at(tx: Tx, at: datetime) -> list[Agreed]:
    """What was agreed at an instant of the past: today's agreements, with later changes undone."""
    found = {
        (row.aided_region, row.aiding_region): terms_said(row) for row in tx.all(sa.select(aid_agreement))
    }
    later = sa.select(aid_agreement_change).where(aid_agreement_change.c.at > at)
    newest = (aid_agreement_change.c.at.desc(), aid_agreement_change.c.id.desc())
    for one in tx.all(later.order_by(*newest)):
        found[one.aided_region, one.aiding_region] = one.before
    return [Agreed.of(*pair, terms) for pair, terms in sorted(found.items()) if terms is not None]


def seen_by(by: Principal) -> sa.ColumnElement[bool]:
    """Agreements in which the reader's regions give or take."""
    keys = (aid_agreement.c.aided_region, aid_agreement.c.aiding_region)
    return sa.or_(*(scope_condition(by, key) for key in keys))


def terms_said(row: Row[Any] | None) -> dict[str, Any] | None:
    """An agreement's terms as they are kept and shown: instants as text."""
    if row is None:
        return None
    names = ("rank", "activate_wait_s", "release_wait_s", "cap", "starts_at", "ends_at", "hours")
    return _plain({name: getattr(row, name) for name in names})


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def _pair(aided: str, aiding: str) -> sa.ColumnElement[bool]:
    return (aid_agreement.c.aided_region == aided) & (aid_agreement.c.aiding_region == aiding)


def _row(tx: Tx, aided: str, aiding: str) -> Row[Any] | None:
    return tx.first(sa.select(aid_agreement).where(_pair(aided, aiding)).with_for_update(key_share=True))


def _keep(
    tx: Tx,
    sides: tuple[str, str],
    by: Principal | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    aided, aiding = sides
    tx.insert(
        aid_agreement_change,
        id=tx.new_id("agc"), aided_region=aided, aiding_region=aiding, at=tx.now,
        by=by.account_id if by else "system", before=before, after=after,
    )  # fmt: skip
    action = "agreement-ended" if after is None else "agreement-changed" if before else "agreement-made"
    record_access(tx, by, action, f"{aided}<-{aiding}", after or {})
    tx.changed("aid", region=aided)
    tx.changed("aid", region=aiding)

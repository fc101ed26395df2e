"""Reading the directory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.contacts.numbers import reveal
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.directory.rules import TransferRule, why_not
from callsvc.directory.tables import directory_target


@dataclass(frozen=True, kw_only=True)
class Reachable:
    """A target a call may be transferred to now: a number of ours to dial, or a queue to wait in."""

    name: str
    title: str
    number_id: str | None
    skill: str
    platform_code: str | None


def targets_seen(tx: Tx, principal: Principal) -> Sequence[Row[Any]]:
    """The targets of the principal's regions and those of the country, by name."""
    mine = scope_condition(principal, directory_target.c.region_code, directory_target.c.platform_code)
    everybodys = directory_target.c.region_code.is_(None)
    return tx.all(sa.select(directory_target).where(mine | everybodys).order_by(directory_target.c.name))


def names_for(tx: Tx, used_by: str) -> frozenset[str]:
    """The names that flows (or agents) may transfer to, whatever the hour."""
    rows = tx.all(sa.select(directory_target.c.name, directory_target.c.used_by))
    return frozenset(row.name for row in rows if used_by in row.used_by.split(","))


def reachable(tx: Tx, name: str, *, used_by: str, region_code: str) -> Reachable | str:
    """The target, if a call of this region may be transferred there now; else why not (``why_not``).

    Raises ``target-unknown``.
    """
    row = tx.first(sa.select(directory_target).where(directory_target.c.name == name))
    if row is None:
        raise NotFound("target-unknown", f"The directory has no {name!r}.")
    refused = why_not(rule_of(row), used_by=used_by, region=region_code, now=tx.now)
    if refused:
        return refused
    return Reachable(
        name=row.name,
        title=row.title,
        number_id=row.number_id,
        skill=row.skill,
        platform_code=row.platform_code,
    )


def rule_of(row: Row[Any]) -> TransferRule:
    return TransferRule(
        used_by=row.used_by.split(","),
        serves=row.serves.split(",") if row.serves else (),
        days=row.days.split(","),
        opens=row.opens,
        closes=row.closes,
        zone=row.zone,
    )


def number_of(tx: Tx, number_id: str) -> str:
    """The E.164 form of a target's number: for the carrier, and for the page of the directory."""
    row = tx.first(sa.select(phone_number).where(phone_number.c.id == number_id))
    if row is None:
        raise NotFound("number-unknown", "No number of ours has this id.")
    return reveal(tx, row)

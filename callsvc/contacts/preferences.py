"""What a person chose for their number: when to be called, how, and in which language.

A preference is the person's own word (a key, an SMS, an agent who heard it) and holds until they choose
otherwise; what held before stays on record. It only ever narrows when we call: a preference that leaves no
hour at all is overlooked, so that nobody is silenced by a slip. Who wants silence says stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from callsvc.contacts.numbers import lock_number
from callsvc.contacts.tables import contact_number, preference
from callsvc.core.db import Tx

HOURS, CHANNEL, LANGUAGE = "hours", "channel", "language"
CHANNELS = ("voice", "sms")
ANY = "any"  # takes a preference back
_WEEK = [0, 1, 2, 3, 4, 5, 6]
# Days (0 = Monday) and minutes since local midnight; the end is exclusive.
PARTS_OF_DAY: dict[str, list[Any]] = {
    "morning": [_WEEK, 8 * 60, 12 * 60],
    "afternoon": [_WEEK, 12 * 60, 18 * 60],
    "evening": [_WEEK, 18 * 60, 21 * 60],
}


@dataclass(frozen=True)
class PreferredWindow:
    """As a calling window: days, and minutes since local midnight."""

    days: frozenset[int]
    opens: int
    closes: int


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What holds for one number now; ``since`` says when each of these was chosen, and ``source`` how."""

    hours: tuple[PreferredWindow, ...] = ()
    channel: str = ""
    language: str = ""
    since: dict[str, datetime] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)


NONE = Preferences()


def prefer(tx: Tx, number_id: str, name: str, value: Any, *, source: str, evidence: str = "") -> bool:
    """Keep a choice under the number's lock; True if it changed something.

    ``name`` is hours (a part of the day: ``morning``, or several separated by spaces; ``any`` takes the
    preference back), channel (voice, sms, ``any``) or language (two letters, ``any``). What is none of these
    is not kept: it is a word of a flow's own. Example: ``prefer(tx, id, "hours", "evening", source="key")``.
    """
    wanted = _read(name, value)
    if wanted is None:
        return False
    lock_number(tx, number_id)
    held = tx.first(_LIVE, number_ids=[number_id], names=[name])
    if (held is None and not wanted) or (held is not None and _open(tx, held) == wanted):
        return False
    if held is not None:
        tx.update(preference, preference.c.id == held.id, replaced_at=tx.now)
    if wanted:
        row_id = tx.new_id("prf")
        sealed = tx.keyring.encrypt_json(wanted, f"preference:{row_id}")
        tx.insert(
            preference,
            id=row_id,
            number_id=number_id,
            name=name,
            value=sealed,
            source=source,
            evidence=evidence,
            recorded_at=tx.now,
        )
    return True


_LIVE = sa.select(preference).where(
    preference.c.number_id.in_(sa.bindparam("number_ids", expanding=True)),
    preference.c.name.in_(sa.bindparam("names", expanding=True)),
    preference.c.replaced_at.is_(None),
)


def preferences_of(tx: Tx, number_ids: Sequence[str]) -> dict[str, Preferences]:
    """What holds now, by number; a number without any is left out."""
    found: dict[str, dict[str, Any]] = {}
    for row in tx.all(_LIVE, number_ids=list(number_ids), names=[HOURS, CHANNEL, LANGUAGE]):
        mine = found.setdefault(row.number_id, {"since": {}, "source": {}})
        value = _open(tx, row)
        mine[row.name] = _windows(value) if row.name == HOURS else value
        mine["since"][row.name] = row.recorded_at
        mine["source"][row.name] = row.source
    return {number_id: Preferences(**values) for number_id, values in found.items()}


def keep_choice(tx: Tx, number_id: str, name: str, value: Any, *, source: str, evidence: str = "") -> bool:
    """What a flow remembered, if it is a preference: ``preference.hours``, ``.channel``, ``.language``.

    ``preference.number: this`` makes the number the first to be tried for everybody who has it.
    """
    kind, _, name = name.partition(".")
    if kind != "preference":
        return False
    if name == "number":
        return value == "this" and _put_first(tx, number_id)
    return prefer(tx, number_id, name, value, source=source, evidence=evidence)


def _put_first(tx: Tx, number_id: str) -> bool:
    mine = contact_number.c.number_id == number_id
    firsts = (
        sa.select(contact_number.c.contact_id, sa.func.min(contact_number.c.rank).label("first"))
        .where(contact_number.c.contact_id.in_(sa.select(contact_number.c.contact_id).where(mine)))
        .group_by(contact_number.c.contact_id)
    )
    changed = 0
    for row in tx.all(firsts):
        behind = mine & (contact_number.c.contact_id == row.contact_id) & (contact_number.c.rank > row.first)
        changed += tx.update(contact_number, behind, rank=row.first - 1)
    return changed > 0


def parts_of(hours: Sequence[PreferredWindow]) -> list[str]:
    """The parts of the day that these windows are."""
    return [word for word, window in PARTS_OF_DAY.items() if _windows([window])[0] in hours]


def language_of(tx: Tx, number_id: str | None, otherwise: str | None) -> str | None:
    """The language chosen for this number, else the person's own as we know it."""
    chosen = preferences_of(tx, [number_id]).get(number_id, NONE).language if number_id else ""
    return chosen or otherwise


def _read(name: str, value: Any) -> Any:
    """The value as it is kept; empty to take it back, None for what is no choice."""
    if value == ANY and name in (HOURS, CHANNEL, LANGUAGE):
        return ""
    if name == HOURS and isinstance(value, str):
        parts = [PARTS_OF_DAY[part] for part in value.split() if part in PARTS_OF_DAY]
        return parts or None
    if name == CHANNEL and value in CHANNELS:
        return value
    if (
        name == LANGUAGE
        and isinstance(value, str)
        and len(value) == 2
        and value.isascii()
        and value.isalpha()
    ):
        return value.lower()
    return None


def _open(tx: Tx, row: Any) -> Any:
    return tx.keyring.decrypt_json(row.value, f"preference:{row.id}")


def _windows(value: Any) -> tuple[PreferredWindow, ...]:
    return tuple(PreferredWindow(frozenset(days), opens, closes) for days, opens, closes in value)

"""Slots from a file, YAML or CSV: where, when, why, and for how many people.

```yaml
slots:
  - {platform: "67", kind: physical, place: 12 rue de la Gare, reason: vaccination,
     starts_at: 2020-11-17T10:00, capacity: 3}
```

A CSV has the same names in its first line. ``starts_at`` without an offset is local to the platform.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import ConfigDict, Field, ValidationError

from callsvc.appointments.tables import appointment_slot
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.core.yaml_files import Part, loaded, problems_of, told
from callsvc.platforms.queries import platform_by_code
from callsvc.runtime import Runtime

MOST = 20_000


class Slot(Part):
    model_config = ConfigDict(str_strip_whitespace=True)

    platform: str
    kind: Literal["physical", "phone", "video"]
    place: str = Field("", max_length=120)
    reason: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,58}$")
    starts_at: datetime
    capacity: int = Field(ge=0, le=10_000)


@dataclass(frozen=True)
class Applied:
    added: int
    changed: int


def read_slots(text: str, name: str) -> list[Slot]:
    """The slots of a file; ``slots-file-invalid`` names the first places that are wrong."""
    raw = _csv(text) if name.lower().endswith(".csv") else _yaml(text)
    found, wrong = [], []
    for number, item in enumerate(raw, start=1):
        try:
            found.append(Slot.model_validate(item))
        except ValidationError as error:
            wrong.append(f"slot {number}, {told(problems_of(error)[:1])}")
    if wrong or len(found) > MOST:
        said = "; ".join(wrong[:5]) or f"a file has at most {MOST:,} slots"
        raise Invalid("slots-file-invalid", f"Correct the slots: {said}")
    return found


def _csv(text: str) -> Iterable[Any]:
    return list(csv.DictReader(io.StringIO(text), dialect=_dialect(text)))


def _dialect(text: str) -> type[csv.Dialect]:
    class Read(csv.excel):
        delimiter = ";" if ";" in text.partition("\n")[0] else ","

    return Read


def _yaml(text: str) -> Iterable[Any]:
    raw = loaded(text, "slots-file-invalid")
    if not isinstance(raw, dict) or not isinstance(raw.get("slots"), list):
        raise Invalid("slots-file-invalid", "The file must say slots: and a list.")
    return [item if isinstance(item, dict) else {} for item in raw["slots"]]


def apply_slots(rt: Runtime, slots: Iterable[Slot]) -> Applied:
    """Add slots, or change how many people they take; what the file does not name stays. Twice is once.

    Raises ``platform-unknown``, ``slot-overbooked`` (fewer places than people who have one already).
    """
    added = changed = 0
    with rt.db.begin() as tx:
        for slot in slots:
            at = _instant(tx, slot)
            same: dict[str, Any] = {
                "platform_code": slot.platform,
                "reason": slot.reason,
                "place": slot.place,
            }
            same |= {"kind": slot.kind, "starts_at": at}
            known = tx.first(_found(same).with_for_update())
            if known is None:
                fresh = {"capacity": slot.capacity, "taken": 0, "changed_at": tx.now}
                tx.insert(appointment_slot, id=tx.new_id("slt"), **same, **fresh)
                added += 1
            elif known.capacity != slot.capacity:
                _resize(tx, known, slot.capacity)
                changed += 1
    return Applied(added, changed)


def _found(same: dict[str, Any]) -> sa.Select[Any]:
    where = (appointment_slot.c[name] == value for name, value in same.items())
    return sa.select(appointment_slot).where(*where)


def _resize(tx: Tx, known: Any, capacity: int) -> None:
    if capacity < known.taken:
        raise Conflict(
            "slot-overbooked",
            f"{known.taken} people have a place at {known.starts_at.isoformat()}: move them before.",
            slot=known.id,
            taken=known.taken,
        )
    tx.update(appointment_slot, appointment_slot.c.id == known.id, capacity=capacity, changed_at=tx.now)


def _instant(tx: Tx, slot: Slot) -> datetime:
    zone = ZoneInfo(platform_by_code(tx, slot.platform).zone)
    return slot.starts_at if slot.starts_at.tzinfo else slot.starts_at.replace(tzinfo=zone)

"""Making the directory what a file says."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.contacts.numbers import store_number
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.core.phone_numbers import Number, read_cell, zone_of
from callsvc.directory.definition import DirectoryFile, Target
from callsvc.directory.tables import directory_target
from callsvc.platforms.queries import platform_by_code, region_by_code
from callsvc.platforms.rules import Hours, check_hours
from callsvc.runtime import Runtime

_HOME = "Europe/Paris"


@dataclass(frozen=True, kw_only=True)
class Applied:
    """The names that were added, changed and removed; all empty when the directory was so already."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def apply_directory(rt: Runtime, wanted: DirectoryFile, by: str) -> Applied:
    """Make the directory what the file says: what it does not name is removed. Twice is once.

    Raises ``number-unreadable``, ``region-unknown``, ``platform-unknown``, ``hours-invalid``; then nothing
    is changed. A transfer to a target that was removed meanwhile finds nobody there.
    """
    with rt.db.begin() as tx:
        before = {row.name: row for row in tx.all(sa.select(directory_target))}
        added: list[str] = []
        changed: list[str] = []
        for target in wanted.targets:
            values = _values(tx, target)
            old = before.pop(target.name, None)
            if old is not None and all(getattr(old, key) == value for key, value in values.items()):
                continue
            (added if old is None else changed).append(target.name)
            _put(tx, target.name, values | {"changed_at": tx.machine_now, "changed_by": by}, new=old is None)
        for name in before:
            tx.delete(directory_target, directory_target.c.name == name)
        done = Applied(added=tuple(added), changed=tuple(changed), removed=tuple(sorted(before)))
        if done != Applied():
            facts = {"added": len(added), "changed": len(changed), "removed": len(before)}
            record_access(tx, None, "directory-applied", "directory", {"by": by, **facts})
        return done


def _put(tx: Tx, name: str, values: dict[str, Any], *, new: bool) -> None:
    if new:
        tx.insert(directory_target, name=name, **values)
    else:
        tx.update(directory_target, directory_target.c.name == name, **values)


def _values(tx: Tx, target: Target) -> dict[str, Any]:
    region = region_by_code(tx, target.region) if target.region else None
    for code in target.serves:
        region_by_code(tx, code)
    queue = target.queue
    if queue is not None and queue.platform:
        platform_by_code(tx, queue.platform)
    zone = region.zone if region is not None else _HOME
    check_hours(Hours(opens=target.hours.opens, closes=target.hours.closes, zone=zone))
    return {
        "title": target.title,
        "number_id": _number(tx, target.number) if target.number else None,
        "skill": queue.skill if queue is not None else "",
        "platform_code": (queue.platform or None) if queue is not None else None,
        "region_code": region.code if region is not None else None,
        "days": ",".join(target.hours.days),
        "opens": target.hours.opens,
        "closes": target.hours.closes,
        "zone": zone,
        "serves": ",".join(target.serves),
        "used_by": ",".join(target.used_by),
    }


def _number(tx: Tx, said: str) -> str:
    """The id of the number; fiction only while the carrier is on loopback."""
    countries = frozenset(tx.settings.callsvc_countries.split(","))
    readings = read_cell(said, fiction_allowed=tx.settings.carrier_is_loopback, countries=countries)
    read = [one for one in readings if isinstance(one, Number)]
    if len(readings) != 1 or len(read) != 1:
        raise Invalid("number-unreadable", f"{said!r} is not one number that may be called.")
    zone = zone_of(territory=read[0].territory) or _HOME
    return store_number(
        tx,
        read[0].e164,
        synthetic=read[0].synthetic,
        country=read[0].territory,
        kind=read[0].kind,
        zone=zone,
    )

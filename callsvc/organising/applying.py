"""Makes regions, platforms and agreements what a file says; the second time nothing changes."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa

from callsvc.agents.back_office import opt_in
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.organising.definition import AgreementPart, OrganisationFile, PlatformPart, RegionPart
from callsvc.platforms.queries import region_by_code
from callsvc.platforms.region_messages import messages_of, put_messages
from callsvc.platforms.service import put_platform, put_region
from callsvc.platforms.tables import platform, region
from callsvc.routing.service import declare_aid, put_agreement
from callsvc.routing.tables import aid_agreement, aid_region
from callsvc.runtime import Runtime

_VOLATILE = frozenset({"changed_at"})


@dataclass
class Applied:
    """Codes of what was added, changed, and left alone: ``region 44``, ``platform 67``, ``aid 44<-11``."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)

    def note(self, name: str, before: Any, after: Any) -> None:
        where = self.added if before is None else self.same if before == after else self.changed
        where.append(name)


def apply_organisation(rt: Runtime, file: OrganisationFile) -> Applied:
    """All of the file or nothing of it. Raises ``region-unknown``, ``hours-invalid``, ``hours-overlap``,
    ``zone-unknown``, ``platform-elsewhere``, ``agreement-thresholds``....
    """
    done = Applied()
    with rt.db.begin() as tx:
        for code, part in file.regions.items():
            _region(tx, done, code, part)
        for code, place in file.platforms.items():
            _platform(tx, done, code, place)
        for agreement in file.agreements:
            _agreement(tx, done, agreement)
        for office in file.back_offices:
            new = opt_in(tx, office.platform, office.team, office.themes, by="organisation file")
            done.note(f"back office {office.platform} {office.team}", office, None if new else office)
    return done


def _region(tx: Tx, done: Applied, code: str, part: RegionPart) -> None:
    _check_zone(part.zone)
    before = (_row(tx, region, region.c.code == code), _row(tx, aid_region, aid_region.c.region_code == code))
    put_region(tx, code, name=part.name, zone=part.zone, pool_below=part.pool_below)
    said = part.model_dump(include={"opted_out", "reserve", "floor"}, exclude_none=True)
    if said:
        known = before[1] or {"opted_out": False, "reserve": None, "floor": None}
        wanted = {name: said.get(name, known[name]) for name in ("opted_out", "reserve", "floor")}
        declare_aid(tx, code, **wanted)
    after: Any = (
        _row(tx, region, region.c.code == code),
        _row(tx, aid_region, aid_region.c.region_code == code),
    )
    if part.messages is not None and messages_of(tx, code) != part.messages:
        put_messages(tx, code, {str(occasion): texts for occasion, texts in part.messages.items()})
        after = ()
    done.note(f"region {code}", None if before[0] is None else before, after)


def _platform(tx: Tx, done: Applied, code: str, part: PlatformPart) -> None:
    where = platform.c.code == code
    before = _row(tx, platform, where)
    if before is not None and before["region_code"] != part.region:
        raise Invalid(
            "platform-elsewhere",
            f"Platform {code} belongs to region {before['region_code']}, with its agents and contacts.",
        )
    zone = region_by_code(tx, part.region).zone
    by_size = before is not None and before["pool_by"] == "size" and not part.pool
    put_platform(
        tx,
        code,
        name=part.name,
        region_code=part.region,
        pool_code=part.pool,
        week=part.week(zone),
        on_holidays=not part.closed_on_holidays,
        national=part.national,
        card=part.card(),
    )
    if before is not None and by_size:  # it formed by itself, and comes apart by itself
        tx.update(platform, where, pool_by="size", pool_code=before["pool_code"])
    done.note(f"platform {code}", before, _row(tx, platform, where))


def _agreement(tx: Tx, done: Applied, part: AgreementPart) -> None:
    for code in (part.aided, part.aiding):
        region_by_code(tx, code)
    where = (aid_agreement.c.aided_region == part.aided) & (aid_agreement.c.aiding_region == part.aiding)
    before = _row(tx, aid_agreement, where)
    put_agreement(tx, **part.terms())
    done.note(f"aid {part.aided}<-{part.aiding}", before, _row(tx, aid_agreement, where))


def _row(tx: Tx, table: sa.Table, where: sa.ColumnElement[bool]) -> dict[str, Any] | None:
    row = tx.first(sa.select(table).where(where))
    if row is None:
        return None
    return {name: value for name, value in row._mapping.items() if name not in _VOLATILE}


def _check_zone(name: str) -> None:
    if name not in available_timezones():
        raise Invalid("zone-unknown", f"{name!r} is no IANA time zone, such as Europe/Paris.")

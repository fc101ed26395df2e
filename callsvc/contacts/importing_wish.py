"""What somebody asked of an import, and what of it may be refused before a line is read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import sqlalchemy as sa

from callsvc.contacts.importing import ReadOptions
from callsvc.contacts.importing.events import ContactsImported
from callsvc.contacts.importing.header import read_mapping
from callsvc.contacts.preparing import Placing
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound, Unavailable
from callsvc.runtime import Runtime

# Slices do not import what stands above them; like the foreign keys of tables.py, this names what it needs.
_platform = sa.table("platform", sa.column("code"), sa.column("region_code"))
_campaign = sa.table("campaign", sa.column("id"), sa.column("state"), sa.column("closed_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """What the administrator asked for.

    `mapping` holds "column=field" texts; `synthetic` marks every number of the file; `platform` takes people
    whose department is unknown or has no platform; `consent_basis` and the day `consent_on` hold for rows
    that do not say theirs; `countries` are ISO codes (the setting's when empty).
    """

    source: str = ""
    campaign: str | None = None
    mapping: Sequence[str] = ()
    synthetic: bool = False
    platform: str | None = None
    language: str = "fr"
    consent_basis: str = "public-interest"
    consent_on: date | None = None
    countries: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The wish as it is stored with the import: names of columns, never a cell."""
        told = asdict(self)
        told["consent_on"] = self.consent_on.isoformat() if self.consent_on else None
        return told | {"mapping": list(self.mapping), "countries": list(self.countries)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "ImportWish":
        """The wish of a stored import."""
        known = {field.name: told[field.name] for field in fields(cls) if field.name in told}
        day = known.get("consent_on")
        return cls(**known | {"consent_on": date.fromisoformat(day) if day else None})

    def hash(self, sha256: str) -> str:
        """What makes an import the same: the bytes of the file and every wish that changes its effect."""
        parts = (
            *(sha256, self.campaign or "", "|".join(sorted(self.mapping)), str(self.synthetic)),
            *(self.platform or "", self.language, self.consent_basis, ",".join(sorted(self.countries))),
            str(self.consent_on or ""),
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def options_of(rt: Runtime, wish: ImportWish) -> ReadOptions:
    """How cells are to be read. Raises `mapping-unreadable` and `mapping-unknown-field`."""
    countries = wish.countries or rt.settings.callsvc_countries.split(",")
    return ReadOptions(
        today=rt.clock.now().date(),
        mapping=read_mapping(wish.mapping),
        fiction_allowed=rt.settings.carrier_is_loopback,
        synthetic=wish.synthetic,
        countries=frozenset(code.strip().upper() for code in countries),
    )


def refuse_wish(rt: Runtime, wish: ImportWish) -> None:
    """Raise `fiction-number` when synthetic numbers meet a real carrier, `campaigns-absent` when nobody here
    would put people into the campaign."""
    if wish.synthetic and not rt.settings.carrier_is_loopback:
        raise Invalid(
            "fiction-number", "Synthetic numbers are accepted only with the simulator: remove --synthetic."
        )
    if wish.campaign and not rt.db.reactions.get(ContactsImported):
        raise Unavailable(
            "campaigns-absent", "No campaign can be filled: this process does not run campaigns."
        )


def require_open_campaign(tx: Tx, campaign_id: str) -> None:
    """Raise `campaign-unknown` or `campaign-over` before anything is read for a campaign."""
    row = tx.first(sa.select(_campaign.c.state, _campaign.c.closed_at).where(_campaign.c.id == campaign_id))
    if row is None:
        raise NotFound("campaign-unknown", f"No campaign is called {campaign_id!r}.")
    if row.state == "stopped" or row.closed_at is not None:
        raise Conflict("campaign-over", f"Campaign {campaign_id!r} is over: copy it to call more people.")


def platforms_known(tx: Tx, wanted: str | None) -> dict[str, str]:
    """Platform code -> region code. Raises `platform-unknown` when `wanted` is none of them."""
    known = {row.code: row.region_code for row in tx.all(sa.select(_platform))}
    if wanted is not None and wanted not in known:
        raise Invalid("platform-unknown", f"No platform is called {wanted!r}: create it first.")
    return known


def placing_of(rt: Runtime, wish: ImportWish, platforms: Mapping[str, str], import_id: str) -> Placing:
    """Where people go, and what is assumed of them."""
    return Placing(
        platforms=platforms,
        default_platform=wish.platform,
        language=wish.language,
        consent_basis=wish.consent_basis,
        consent_on=wish.consent_on.isoformat() if wish.consent_on else None,
        import_id=import_id,
        dialect=rt.db.dialect,
    )

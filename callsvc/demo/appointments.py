"""Appointments of the coming days, for the call that may spare a visit."""

import random
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from callsvc.core.france import DEPARTMENTS, zone_of_department
from callsvc.demo.cast import Contact

APPOINTMENTS: Final = 40
_REASONS: Final = (
    "arrêt de travail",
    "ouverture de droits",
    "complémentaire santé",
    "changement de situation",
)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A meeting of a contact of the list, found again by number and name. `starts_at` is ISO with offset."""

    number: str
    first_name: str
    last_name: str
    platform: str
    kind: str  # physical, phone, video
    place: str
    reason: str
    starts_at: str

    def as_dict(self) -> dict[str, Any]:
        """The appointment as JSON."""
        return asdict(self)


def invent_appointments(reachable: list[Contact], day: date, chance: random.Random) -> list[Appointment]:
    """Forty appointments, one to three days ahead, of people who pick up and say who they are."""
    alone = [contact for contact in reachable if contact.housemate is None]
    chosen = chance.sample(alone, min(APPOINTMENTS, len(alone)))
    found = []
    for contact in chosen:
        kind = chance.choice(("physical", "physical", "physical", "phone", "video"))
        town = DEPARTMENTS[contact.department].name
        local = datetime.combine(
            day + timedelta(days=chance.randrange(1, 4)),
            time(chance.randrange(9, 17), chance.choice((0, 30))),
        )
        zone = ZoneInfo(zone_of_department(contact.department) or "Europe/Paris")
        found.append(
            Appointment(
                number=contact.numbers[0],
                first_name=contact.first_name,
                last_name=contact.last_name,
                platform=contact.department,
                kind=kind,
                place=f"Accueil {town}, box {chance.randrange(1, 9)}" if kind == "physical" else "",
                reason=chance.choice(_REASONS),
                starts_at=local.replace(tzinfo=zone).isoformat(),
            )
        )
    return found

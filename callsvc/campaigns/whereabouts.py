"""Where a person may be, and so what time it is there: from the best evidence there is.

1. The department (of the postcode) says where they live. A mobile phone goes where its owner goes, so that
   its prefix then says nothing; a fixed line rings where it was laid, so that both places count.
2. Without a department: the zone stored with the person, the number's territory and the region whose
   platform has them. None of these proves anything against another.

Whatever counts and disagrees counts together: a moment must be allowed in every place.
"""

from dataclasses import dataclass

from callsvc.core.france import DEPARTMENTS, ZONES, departments_in, zone_of_department

_DEPARTMENT_OF_ZONE = {
    ZONES[entry.territory]: code for code, entry in DEPARTMENTS.items() if entry.territory != "FR"
}
_ALSACE = "67"


@dataclass(frozen=True)
class Place:
    """A zone by its IANA name, and the department whose public holidays are kept there."""

    zone: str
    department: str = ""


def places_of(
    *,
    department: str = "",
    stated_zone: str = "",
    number_zone: str = "",
    number_kind: str = "",
    region: str = "",
    region_zone: str = "",
) -> tuple[Place, ...]:
    """Every place this person may be in, the likeliest first; empty when nothing at all is known.

    >>> places_of(department="974", number_zone="Europe/Paris", number_kind="mobile")
    (Place(zone='Indian/Reunion', department='974'),)
    >>> [one.zone for one in places_of(department="974", number_zone="Europe/Paris", number_kind="fixed")]
    ['Indian/Reunion', 'Europe/Paris']
    """
    home = zone_of_department(department)
    if home is not None:
        found = [Place(home, department), _abroad(stated_zone)]
        found += [_abroad(number_zone)] if number_kind == "fixed" else []
    else:
        holidays = _strictest_of(region)
        found = [_abroad(one) for one in (stated_zone, number_zone)] + [Place(region_zone, holidays)]
        found = [Place(one.zone, holidays) if one.zone == region_zone else one for one in found]
    first: dict[str, Place] = {}
    for one in found:
        first.setdefault(one.zone, one)
    return tuple(one for one in first.values() if one.zone)


def _abroad(zone: str) -> Place:
    return Place(zone, _DEPARTMENT_OF_ZONE.get(zone, ""))


def _strictest_of(region: str) -> str:
    """A department of the region whose holidays hold for all that may live in it.

    Grand Est has departments with two holidays more than the others: who might live there has them too.
    """
    departments = departments_in(region)
    return _ALSACE if _ALSACE in departments else next(iter(departments), "")

"""What time it is where a number rings."""

from callsvc.core.france import ZONES, department_code, department_of, zone_of_department
from callsvc.core.phone_numbers.overseas import sharpen
from callsvc.core.phone_numbers.plan import CODES, country_code_of


def territory_of_number(e164: str) -> str | None:
    """The ISO code of the territory or country of an E.164 number; None when it has no country."""
    code = country_code_of(e164)
    if code in CODES:
        return sharpen(code, e164[1 + len(code) :], None)
    import phonenumbers

    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164, None))
    except phonenumbers.NumberParseException:
        return None


def zone_of(
    *,
    e164: str | None = None,
    territory: str | None = None,
    department: str | None = None,
    postcode: str | None = None,
) -> str | None:
    """The IANA time zone of a person, from the best evidence given; None when several are possible.

    Where somebody lives (department, then postcode) outranks their number: a mobile from Fort-de-France
    rings in Strasbourg when its owner has moved. A foreign number of a country with several zones gives
    None, and a caller who gets None does not call. Example: `zone_of(e164="+262692123456")` is
    `Indian/Reunion`.
    """
    home = zone_of_department(department_code(department)) or zone_of_department(department_of(postcode))
    if home:
        return home
    if territory and territory in ZONES:
        return ZONES[territory]
    if e164 is None:
        return None
    return ZONES.get(territory_of_number(e164) or "") or _foreign_zone(e164)


def _foreign_zone(e164: str) -> str | None:
    import phonenumbers
    from phonenumbers import timezone

    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(e164, None))
    except phonenumbers.NumberParseException:
        return None
    return zones[0] if len(zones) == 1 and zones[0] != timezone.UNKNOWN_TIMEZONE else None

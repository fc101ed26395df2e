"""An opposition holds whether or not its row could be stored: it is a promise to a number."""

from collections.abc import Iterable

from callsvc.contacts.importing import ReadRow
from callsvc.contacts.numbers import store_number
from callsvc.contacts.suppressions import suppress
from callsvc.core.db import Tx
from callsvc.core.phone_numbers import zone_of

_ZONE = "Europe/Paris"  # of a number nobody calls; the column wants one


def store_oppositions(tx: Tx, rows: Iterable[ReadRow], import_id: str) -> int:
    """Store every readable number of these rows and suppress all contact with it; how many are new.

    For rows that no platform takes: their people are refused, their opposition is not. Example: a row without
    a department whose column ``Opposition`` says ``oui``.
    """
    return sum(
        suppress(
            tx,
            store_number(
                tx,
                number.e164,
                synthetic=number.synthetic,
                country=number.territory,
                kind=number.kind,
                zone=zone_of(territory=number.territory) or zone_of(e164=number.e164) or _ZONE,
            ),
            "all",
            source="import",
            evidence=f"{import_id}:{row.line}",
        )
        for row in rows
        for number in row.numbers
    )

"""What the calls of a campaign may cost: an estimate, from the tariffs and what its calls may come to."""

import sqlalchemy as sa

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact_number, phone_number
from callsvc.core.db import Tx
from callsvc.core.tariffs import MICRO, cost_of, rate_of, read_tariffs
from callsvc.dialing.preview import Preview

_UNBILLED = ("no-answer", "busy", "failed")  # kinds of tries that nobody and nothing answers


def euros_of_calls(tx: Tx, told: Preview, file: CampaignFile) -> float | None:
    """Euros of all calls that are to be expected, retries included; None when none is.

    Each person is reckoned with the country and the kind of their first number, and each way a call goes
    with its usual length: the carrier bills begun minutes of whatever answered.
    """
    if told.projection is None or told.expected is None or not told.projection.calls:
        return None
    tariffs = read_tariffs(file.budget.tariffs or tx.settings.callsvc_tariffs)
    kinds = told.expected.means.kinds
    numbers = _numbers(tx, told.campaign_id)
    people = sum(numbers.values())
    if not people:
        return None
    a_call = 0.0  # micro-euros of an average one
    for (country, kind), count in numbers.items():
        rate = rate_of(tariffs, country, kind)
        a_try = sum(
            one.share * cost_of(rate, round(one.seconds))
            for name, one in kinds.items()
            if name not in _UNBILLED
        )
        a_call += a_try * count / people
    return a_call * told.projection.calls / MICRO


def _numbers(tx: Tx, campaign_id: str) -> dict[tuple[str, str], int]:
    """How many people have a first number of each country and kind."""
    rows = tx.all(
        sa.select(phone_number.c.country, phone_number.c.kind, sa.func.count().label("people"))
        .join(contact_number, contact_number.c.number_id == phone_number.c.id)
        .join(campaign_contact, campaign_contact.c.contact_id == contact_number.c.contact_id)
        .where(campaign_contact.c.campaign_id == campaign_id, contact_number.c.rank == 1)
        .group_by(phone_number.c.country, phone_number.c.kind)
    )
    return {(row.country, row.kind): row.people for row in rows}

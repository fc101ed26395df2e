"""The people of a campaign still to be called, all of them or a fair part, in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx

AT_ONCE: Final = 500
_COLUMNS = (
    campaign_contact.c.id,
    campaign_contact.c.contact_id,
    campaign_contact.c.region_code,
    campaign_contact.c.status,
)


@dataclass(frozen=True)
class Sample:
    """Every ``step``-th of ``people``: a list's own order (by department, by day) is kept in proportion."""

    people: int
    step: int

    @property
    def size(self) -> int:
        return -(-self.people // self.step)

    @property
    def margin(self) -> float:
        """Half the width of the interval that holds any share of the people in 19 cases of 20.

        Of the normal approximation for the worst share, one half, with the correction for a finite list.

        >>> round(Sample(1_000_000, 100).margin, 4), Sample(500, 1).margin
        (0.0098, 0.0)
        """
        if self.step == 1 or self.people < 2:
            return 0.0
        return 1.96 * sqrt(0.25 / self.size * (self.people - self.size) / (self.people - 1))


def sample_of(tx: Tx, campaign_id: str, most: int) -> Sample:
    """How to look at no more than about ``most`` of the people not done; 0 looks at everybody."""
    people = int(tx.scalar(sa.select(sa.func.count()).select_from(_open(campaign_id).subquery())) or 0)
    return Sample(people, max(1, -(-people // most)) if most else 1)


def batches(tx: Tx, campaign_id: str, sample: Sample) -> Iterator[Sequence[Row[Any]]]:
    """The rows of the sample, in portions."""
    wanted = _open(campaign_id)
    if sample.step > 1:
        # In the order of the unique key, so that the database numbers an index and sorts nothing.
        number = sa.func.row_number().over(order_by=campaign_contact.c.contact_id).label("number")
        numbered = wanted.add_columns(number).subquery()
        columns = [numbered.c[column.name] for column in _COLUMNS]
        wanted = sa.select(*columns).where(numbered.c.number % sample.step == 0)
    rows = tx.all(wanted) if sample.step > 1 else None
    if rows is not None:
        yield from (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
        return
    last = ""
    while some := tx.all(
        wanted.where(campaign_contact.c.id > last).order_by(campaign_contact.c.id).limit(AT_ONCE)
    ):
        yield some
        last = some[-1].id


def _open(campaign_id: str) -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(
        campaign_contact.c.campaign_id == campaign_id, campaign_contact.c.status != "done"
    )

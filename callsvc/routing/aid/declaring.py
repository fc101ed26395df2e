"""What a region declares: whether it gives aid, with what reserve and floor."""

from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.platforms.queries import region_by_code
from callsvc.platforms.tables import region
from callsvc.routing.aid.lending_orders import end_orders_of
from callsvc.routing.tables import aid_region


def declare_aid(
    tx: Tx, region_code: str, *, opted_out: bool, reserve: int | None = None, floor: float | None = None
) -> None:
    """A region opts out of giving aid or back in, and says what it keeps for its own callers.

    ``reserve``: so many idle agents, always; None: computed from ``floor``, the share of its own calls
    answered in time that it never gives away (None: the usual). In force at the next decision: the region's
    row is taken, as decisions about it do. Raises ``region-unknown``, ``reserve-invalid``, ``floor-invalid``.
    """
    if reserve is not None and reserve < 0:
        raise Invalid("reserve-invalid", "The reserve is a number of agents, 0 or more.", reserve=reserve)
    if floor is not None and not 0 < floor < 1:
        raise Invalid("floor-invalid", "The floor is a share between 0 and 1, such as 0.7.", floor=floor)
    region_by_code(tx, region_code)
    tx.execute(region.select().where(region.c.code == region_code).with_for_update(key_share=True))
    values = {"opted_out": opted_out, "reserve": reserve, "floor": floor, "changed_at": tx.now}
    if not tx.insert_once(aid_region, region_code=region_code, **values):
        tx.update(aid_region, aid_region.c.region_code == region_code, **values)
    if opted_out:
        end_orders_of(tx, region_code, "opted-out")
    tx.changed("aid", region=region_code)

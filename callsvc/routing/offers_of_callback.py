"""A callback in place of waiting: may one be offered to this caller?"""

from typing import Any

from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.routing.rules.deferring import offers_callback
from callsvc.routing.terms import terms_of


def may_offer_callback(tx: Tx, entry: Row[Any]) -> bool:
    """Has this call waited long enough to be offered a callback? They keep their place if they decline."""
    waited_s = (tx.now - entry.entered_at).total_seconds()
    return bool(entry.state == "pending" and offers_callback(waited_s, terms_of(tx)))

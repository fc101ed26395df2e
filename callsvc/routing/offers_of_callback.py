"""A callback in place of waiting: may one be offered to this caller, may one be made now?"""

from typing import Any

from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.routing.loading import load_scene
from callsvc.routing.rules.deferring import may_call_back, may_call_back_for, offers_callback
from callsvc.routing.terms import terms_of


def may_offer_callback(tx: Tx, entry: Row[Any]) -> bool:
    """Has this call waited long enough to be offered a callback? They keep their place if they decline."""
    waited_s = (tx.now - entry.entered_at).total_seconds()
    return bool(entry.state == "pending" and offers_callback(waited_s, terms_of(tx)))


def callback_may_be_made(tx: Tx, region: str, *, home: str = "") -> bool:
    """May an idle agent of this region call somebody back now, of its own or of the region ``home``?

    Those who wait come first: at home, and for another region anywhere in the country.
    """
    scene = load_scene(tx, terms_of(tx))
    helper = scene.regions[region]
    if not home or home == region:
        return may_call_back(helper, scene.terms)
    return may_call_back_for(helper, scene.regions[home], scene.country, scene.terms)

"""Reactions that tell those who watch: what an event changes on a page, where no other reaction says it.

The figures are told where they are written down (``metrics``), an agent's desk where its row is changed
(``agents``), a campaign's state where it is set (``campaigns``).
"""

from callsvc.core.db import Tx
from callsvc.routing.events import EntryEvent


def tell_queue(tx: Tx, event: EntryEvent) -> None:
    tx.changed("queue", region=event.region_code)

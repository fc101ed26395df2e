"""What was deleted over the REST interface: it is shown no more, though the ledger keeps the truth."""

from __future__ import annotations

from callsvc.simulator.ledger.store import Store

SHOWN = "sid not in (select sid from deleted)"


def delete(store: Store, sid: str) -> None:
    """Show this resource no more, durably."""
    store.write("insert into deleted(sid) values (?) on conflict do nothing", (sid,))
    store.commit()


def is_deleted(store: Store, sid: str) -> bool:
    """Whether it was deleted."""
    return bool(store.read("select 1 from deleted where sid=?", (sid,)))

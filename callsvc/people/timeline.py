"""Everything that happened with a person and everything that is agreed, the newest first."""

from callsvc.core.db import Tx
from callsvc.people.entries import Entry, Subject
from callsvc.people.sources.calls import calls_of
from callsvc.people.sources.messages import messages_of
from callsvc.people.sources.origins import origins_of
from callsvc.people.sources.promises import promises_of
from callsvc.people.sources.wishes import wishes_of


def timeline_of(tx: Tx, person: Subject, *, french: bool = False) -> list[Entry]:
    """Of somebody whom the caller has seen to be the reader's to see (``card_of``)."""
    entries = [
        *calls_of(tx, person, french=french),
        *messages_of(tx, person),
        *promises_of(tx, person),
        *wishes_of(tx, person),
        *origins_of(tx, person),
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.kind, entry.subject), reverse=True)

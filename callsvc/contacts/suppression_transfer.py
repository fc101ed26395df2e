"""A do-not-contact list that somebody sends or fetches, by the API or the console: always on record.

What was refused of the last list an account sent in the console is kept a day, encrypted, for that account
alone: it holds what the sender wrote, which may well be somebody's number.
"""

import codecs
from collections.abc import Iterator
from typing import IO, Final

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.contacts.importing.sources import PIECE
from callsvc.contacts.suppression_lists import (
    LONGEST,
    ListReport,
    export_suppressions,
    import_suppressions,
    rejects_csv,
)
from callsvc.contacts.tables import import_piece
from callsvc.contacts.uploads import keep_piece, pieces_kept
from callsvc.core.errors import NotFound
from callsvc.runtime import Runtime

_READ: Final = 64 * 1024


def take_list(
    rt: Runtime, principal: Principal, stream: IO[bytes], *, name: str, scope: str, purpose: str
) -> ListReport:
    """Read a list as ``import_suppressions`` does; on record unless nothing of it could be taken."""
    report = import_suppressions(
        rt, lines_of(stream), name=name, scope=scope, purpose=purpose, principal=principal
    )
    if report.rows > report.refused:
        with rt.db.begin() as tx:
            record_access(tx, principal, "suppressions-imported", "suppressions", counts_of(report))
    return report


def counts_of(report: ListReport) -> dict[str, int]:
    return {"rows": report.rows, "new": report.new, "known": report.known, "refused": report.refused}


def give_list(rt: Runtime, principal: Principal, *, scope: str, source: str, lifted: bool) -> Iterator[str]:
    """Lines as ``export_suppressions`` gives them; on record before the first one is read."""
    asked = {"scope": scope, "source": source, "lifted": lifted}
    with rt.db.begin() as tx:
        record_access(tx, principal, "suppressions-exported", "suppressions", asked)
    return export_suppressions(rt, principal, scope=scope, source=source, lifted=lifted)


def keep_rejects(rt: Runtime, principal: Principal, report: ListReport) -> None:
    """In the place of what was kept of this account's list before; nothing refused leaves nothing."""
    owner = _owner(principal)
    content = "".join(rejects_csv(report)).encode("utf-8-sig") if report.rejects else b""
    with rt.db.begin() as tx:
        tx.delete(import_piece, import_piece.c.owner_id == owner)
        for position, begins in enumerate(range(0, len(content), PIECE)):
            keep_piece(tx, owner, position, content[begins : begins + PIECE])


def kept_rejects(rt: Runtime, principal: Principal) -> Iterator[bytes]:
    """CSV for a spreadsheet; the reading is recorded. Raises ``rejects-unknown`` when nothing is kept."""
    pieces = list(pieces_kept(rt, _owner(principal)))  # some 2 MB at most: ten thousand short rows
    if not pieces:
        raise NotFound("rejects-unknown", "Nothing was refused, or a day has passed since.")
    with rt.db.begin() as tx:
        record_access(tx, principal, "rejects-read", "suppressions", {})
    return iter(pieces)


def _owner(principal: Principal) -> str:
    return f"sup-{principal.account_id}"


def lines_of(stream: IO[bytes]) -> Iterator[str]:
    """A body as lines, piece by piece; what is no UTF-8 is read as far as it goes.

    Of a line that is too long only as much is kept as tells so: a body without line ends costs no more.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    left = ""
    while piece := stream.read(_READ):
        head, *more = decoder.decode(piece).split("\n")
        left = (left + head)[: LONGEST + 1]
        if more:
            yield left
            yield from more[:-1]
            left = more[-1]
    yield left + decoder.decode(b"", final=True)

"""A request sent twice is done once: ``Idempotency-Key``, kept in SQL for a day of machine time.

    (none) -> running -> answered        the answer is given again, word for word
                 |-> (none)              it was refused: nothing was changed, the key is free again
                 '-> running, by another once the lease is over: the process that ran it died

Between the commit of a use case and the storing of its answer a process may die. Whoever takes over then
runs the use case again, and its own guard answers: a campaign already started is a conflict, a number already
suppressed stays so.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, make_response, request
from flask.typing import ResponseReturnValue

from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.runtime import Runtime
from callsvc.web import current_rt
from callsvc.web.tables import idempotent_request

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)  # longer than any request of the API may take
_LONGEST = 120


@dataclass(frozen=True)
class _Turn:
    """The right to run one request, until its lease."""

    id: str
    lease_until: datetime


def once(run: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """The answer of ``run``; when the caller sent a key, of the first run under that key.

    Raises ``idempotency-key-invalid``, ``idempotency-key-reused`` (another request under the same key) and
    ``request-in-progress`` (the first one still runs).
    """
    key = request.headers.get(HEADER)
    if key is None:
        return run()
    if not key.isascii() or not key.isprintable() or not 1 <= len(key.strip()) <= _LONGEST:
        raise Invalid("idempotency-key-invalid", f"{HEADER} is 1 to {_LONGEST} printable ASCII characters.")
    rt, asked = current_rt(), _asked()
    found = _begin(rt, _name(key), asked)
    if not isinstance(found, _Turn):
        return found
    try:
        response = make_response(run())
    except BaseException:
        _end(rt, found, None)
        raise
    _end(rt, found, response if response.status_code < 400 else None)
    return response


def forget_expired(rt: Runtime) -> int:
    """Delete what was kept for its time; returns how many. The ticker calls it."""
    with rt.db.begin() as tx:
        return tx.delete(idempotent_request, idempotent_request.c.expires_at <= tx.machine_now)


def _name(key: str) -> str:
    return hashlib.sha256(f"{g.principal.account_id}\0{key}".encode()).hexdigest()


def _asked() -> str:
    said = hashlib.sha256(f"{request.method} {request.full_path}\0{request.mimetype}\0".encode())
    said.update(request.get_data(cache=True))
    return said.hexdigest()


def _begin(rt: Runtime, id: str, asked: str) -> _Turn | Response:
    with rt.db.begin() as tx:
        mine, lease = idempotent_request.c.id == id, tx.machine_now + LEASE
        tx.delete(idempotent_request, mine & (idempotent_request.c.expires_at <= tx.machine_now))
        new = tx.insert_once(
            idempotent_request,
            id=id,
            account_id=g.principal.account_id,
            asked=asked,
            lease_until=lease,
            expires_at=tx.machine_now + KEPT,
        )
        if new:
            return _Turn(id, lease)
        row = tx.first(idempotent_request.select().where(mine).with_for_update())
        return _known(tx, row, asked, _Turn(id, lease))


def _known(tx: Tx, row: Any, asked: str, turn: _Turn) -> _Turn | Response:
    if row is not None and row.asked != asked:
        raise Conflict(
            "idempotency-key-reused", f"This {HEADER} stands for another request; make a new one for this."
        )
    if row is not None and row.code is not None:
        return _replay(tx, row)
    if row is None or row.lease_until > tx.machine_now:
        raise Conflict("request-in-progress", "The first request with this key still runs: ask again soon.")
    tx.update(idempotent_request, idempotent_request.c.id == turn.id, lease_until=turn.lease_until)
    return turn


def _replay(tx: Tx, row: Any) -> Response:
    body = tx.keyring.decrypt(row.body, _bound(row.id))
    return Response(body, row.code, {REPLAYED: "true"}, content_type=row.media_type)


def _end(rt: Runtime, turn: _Turn, response: Response | None) -> None:
    """Keep the answer, or free the key; a turn that another took over changes nothing."""
    mine = (idempotent_request.c.id == turn.id) & (idempotent_request.c.lease_until == turn.lease_until)
    with rt.db.begin() as tx:
        if response is None:
            tx.delete(idempotent_request, mine)
            return
        tx.update(
            idempotent_request,
            mine,
            code=response.status_code,
            media_type=response.content_type,
            body=tx.keyring.encrypt(response.get_data(as_text=True), _bound(turn.id)),
        )


def _bound(id: str) -> str:
    return f"idempotent_request.body:{id}"

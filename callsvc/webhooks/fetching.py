"""``http:`` of a flow: noted in the turn, asked by a job outside any transaction, heard in a later turn.

The caller waits in short rounds meanwhile. What was answered is kept, encrypted, with the note; the job
knows the session's id and nothing else. A job that is lost costs the flow its ``on_error``, never a second
request: what was asked may have done something.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import requests
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.calls.tables import webhook_event
from callsvc.core.db import Tx
from callsvc.core.each import for_each
from callsvc.core.settings import Settings
from callsvc.flows.hosts import hosts_of
from callsvc.flows.service import session_state, session_waits_for
from callsvc.flows.tables import flow_session
from callsvc.runtime import Runtime
from callsvc.webhooks.once import first_time, store_answer, stored_answer
from ivr_flows import Fetch, Fetched, Turn, pick

log = structlog.get_logger(__name__)

_LARGEST = 64 * 1024  # bytes of an answer that are read
_GRACE = timedelta(seconds=3)  # machine time beyond the flow's own time-out, for the job


def begin_fetch(tx: Tx, session_id: str, turn: Turn, leg_id: str | None) -> None:
    """Note that this session asks, once, and wake the job."""
    if first_time(tx, _key(session_id, turn.state), leg_id):
        tx.enqueue("fetch_for_flows", session_id)


def answer_to(tx: Tx, session: Row[Any], fetch: Fetch) -> Fetched | None:
    """What was answered; None while there is time left to wait for it."""
    key = _key(session.id, session_state(tx, session))
    stored = stored_answer(tx, key)
    if stored is not None:
        answer = json.loads(stored)
        return Fetched(answer["status"], answer["values"])
    began = tx.scalar(sa.select(webhook_event.c.received_machine_at).where(webhook_event.c.key == key))
    late = began is None or tx.machine_now - began > timedelta(seconds=fetch.timeout_s) + _GRACE
    return Fetched(0) if late else None


def fetch_for_flows(rt: Runtime, session_ids: list[str]) -> None:
    """Ask for each session that waits for an answer and has none."""
    for_each(rt.db, session_ids, lambda session_id: _fetch(rt, session_id))


@dataclass(frozen=True)
class _Wanted:
    key: str
    fetch: Fetch


def _fetch(rt: Runtime, session_id: str) -> None:
    with rt.db.begin() as tx:
        wanted = _claim(tx, session_id)
    if wanted is None:
        return
    fetched = ask(rt.settings, wanted.fetch)
    answer = json.dumps({"status": fetched.status, "values": dict(fetched.values)})
    with rt.db.begin() as tx:
        store_answer(tx, wanted.key, answer)


def _claim(tx: Tx, session_id: str) -> _Wanted | None:
    """What the session asks for, if nobody else is asking: two jobs are one request."""
    row = tx.first(sa.select(flow_session).where(flow_session.c.id == session_id))
    fetch = session_waits_for(tx, row) if row is not None and row.status == "running" else None
    if row is None or not isinstance(fetch, Fetch):
        return None
    key = _key(session_id, session_state(tx, row))
    return _Wanted(key, fetch) if first_time(tx, f"{key}:asked", None) else None


def _key(session_id: str, state: dict[str, Any]) -> str:
    """A step entered again is another request: the count of steps tells them apart."""
    return f"fetch:{session_id}:{state['steps']}"


def ask(settings: Settings, fetch: Fetch) -> Fetched:
    """One request, without credentials of ours, redirects or a proxy; status 0 when there is no answer.

    Only a host on the list is asked, and only JSON of at most 64 KiB is read.
    """
    base = hosts_of(settings).get(fetch.host)
    if base is None:
        return Fetched(0)
    query = {name: _text(value) for name, value in fetch.query.items()}
    url = base + fetch.path + (f"?{urlencode(query)}" if query else "")
    try:
        with requests.Session() as http:
            http.trust_env = False
            return _asked(http, url, fetch)
    except (requests.RequestException, ValueError) as error:
        log.warning("flow-fetch-failed", host=fetch.host, error=type(error).__name__)
        return Fetched(0)


def _asked(http: requests.Session, url: str, fetch: Fetch) -> Fetched:
    with http.request(
        fetch.method.upper(),
        url,
        json=dict(fetch.json) if fetch.method == "post" else None,
        headers={"Accept": "application/json"},
        timeout=fetch.timeout_s,
        allow_redirects=False,
        stream=True,
    ) as answer:
        body = answer.raw.read(_LARGEST + 1, decode_content=True)
        if not 200 <= answer.status_code < 300:
            return Fetched(answer.status_code)
        if len(body) > _LARGEST:
            log.warning("flow-fetch-too-large", host=fetch.host)
            return Fetched(0)
        return Fetched(answer.status_code, pick(fetch, json.loads(body) if body.strip() else None))


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return str(value)

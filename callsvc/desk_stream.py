"""The desks' part of the ``stream`` process: an agent's desk hears at once that its state changed.

    GET /stream/desk   Authorization: Bearer <key with the scope desk>

Every event carries the new version; the desk then fetches ``/api/v1/desk/state``. One thread looks at the
versions of all listening agents with one query, so that a hundred desks cost what one costs.
"""

import threading
from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from callsvc.accounts.service import authenticate_key
from callsvc.agents.service import agent_of_account
from callsvc.agents.tables import agent
from callsvc.core.errors import CallsvcError
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

LOOK_S = 0.05  # real seconds: an offer must reach its agent within a tenth of a second
PING_S = 10.0


def agent_of_key(rt: Runtime, authorization: str) -> str | None:
    """The agent whose desk this key opens; None for anything else."""
    try:
        principal = authenticate_key(rt, authorization.removeprefix("Bearer "))
        principal.require("desk")
    except CallsvcError:
        return None
    with rt.db.read() as tx:
        return agent_of_account(tx, principal.account_id)


class DeskWatch:
    """The versions of the agents somebody listens for."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._changed = threading.Condition()
        self._listeners: Counter[str] = Counter()
        self._versions: dict[str, int] = {}
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Read the versions and wake the desks whose version is another one."""
        with self._changed:
            wanted = list(self._listeners)
        try:
            with self._rt.db.read() as tx:
                rows = tx.all(sa.select(agent.c.id, agent.c.fence).where(agent.c.id.in_(wanted)))
        except SQLAlchemyError as error:
            log.warning("desks-cannot-read", error=type(error).__name__)
            return
        versions = {row.id: int(row.fence) for row in rows}
        with self._changed:
            if versions != self._versions:
                self._versions = versions
                self._changed.notify_all()

    def events(self, agent_id: str) -> Iterator[bytes]:
        """A line for each change, a comment in silence."""
        self._join(agent_id)
        try:
            seen: int | None = None
            while True:
                version = self._wait(agent_id, seen)
                fresh = version is not None and version != seen
                yield f"event: desk\ndata: {version}\n\n".encode() if fresh else b": still here\n\n"
                seen = version
        finally:
            self._leave(agent_id)

    def _wait(self, agent_id: str, seen: int | None) -> int | None:
        with self._changed:
            self._changed.wait_for(lambda: self._versions.get(agent_id, seen) != seen, PING_S)
            return self._versions.get(agent_id, seen)

    def _join(self, agent_id: str) -> None:
        with self._changed:
            self._listeners[agent_id] += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="desk-watch", daemon=True)
                self._thread.start()

    def _leave(self, agent_id: str) -> None:
        with self._changed:
            self._listeners[agent_id] -= 1
            self._listeners += Counter()  # drop those at zero

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self.look()
            pause.wait(LOOK_S)
            with self._changed:
                if not self._listeners:
                    self._thread = None
                    return

"""The questions of ``callsvc doctor``, asked from the page, once in fifteen seconds at most."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from callsvc.core.settings import Settings
from callsvc.operations.checks import carrier, machine, servers, stops
from callsvc.operations.checks.finding import Finding

FRESH_S = 15.0  # real seconds


def ask_everything(settings: Settings) -> Sequence[Finding]:
    """All findings; the carrier may take five seconds to stay silent.

    The signature is not asked here: the page's own process would post to itself, and wait for a thread.
    """
    answer = carrier.ask_carrier(settings)
    return (
        servers.check_database(settings),
        servers.check_redis(settings),
        servers.check_stream(settings),
        carrier.check_carrier(settings, answer),
        carrier.check_clock(settings, answer),
        machine.check_disk(settings),
        machine.check_python(),
        stops.check_stop(settings),
    )


@dataclass
class Findings:
    """The last findings, renewed when they are no longer fresh."""

    ask: Callable[[Settings], Sequence[Finding]] = ask_everything
    now: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _found: Sequence[Finding] = ()
    _asked_at: float = float("-inf")

    def fresh(self, settings: Settings) -> Sequence[Finding]:
        """Whoever comes while another asks gets the last answer, empty before the first.

        Nobody waits for it: a carrier that is silent must not hold the threads that answer its webhooks.
        """
        if self.now() - self._asked_at > FRESH_S and self._lock.acquire(blocking=False):
            try:
                self._found = self.ask(settings)
                self._asked_at = self.now()
            finally:
                self._lock.release()
        return self._found

"""The ids of one job, each on its own: what is wrong with one of them must not hold up the others.

A job that fails as a whole is asked for again by the ticker with the same ids, and fails again at the same
one: everybody behind it would wait for ever.
"""

from collections.abc import Callable, Iterable

import structlog

from callsvc.core.db import Database
from callsvc.core.incidents import report_once

log = structlog.get_logger(__name__)


def for_each(db: Database, ids: Iterable[str], act: Callable[[str], object]) -> None:
    """Do ``act`` for each id. An unforeseen failure is logged, an incident once an id; the rest goes on.

    The failed one keeps its row, so that it is asked for again when its lease runs out.
    """
    for one in ids:
        try:
            act(one)
        except Exception as error:
            log.exception("job-item-failed", subject=one)
            with db.begin() as tx:
                report_once(tx, "job-item-failed", one, error=type(error).__name__)

"""Other systems are asked side by side, so that one that is slow keeps nobody else waiting.

A worker runs one job at a time, and a system that does not answer takes all the seconds its flow allows. So
the job hands its questions to threads and ends at once: neither other questions nor what else the worker has
to do wait for an answer. What is lost with the process costs the flow its ``on_error``, as any lost job of
this kind does.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import structlog

from callsvc.runtime import Runtime
from callsvc.webhooks.fetching import fetch_for_flows
from callsvc.webhooks.text_turns import hear_answers

log = structlog.get_logger(__name__)

AT_ONCE = 32  # questions under way in one worker; a further one waits its turn, and may come too late


def ask_for_flows(rt: Runtime, session_ids: list[str]) -> list[Future[None]]:
    """Begin to ask for each session; by SMS the flow goes on as soon as it has its answer."""
    return [_threads().submit(_ask, rt, session_id) for session_id in session_ids]


def _ask(rt: Runtime, session_id: str) -> None:
    try:
        fetch_for_flows(rt, [session_id])
        hear_answers(rt, [session_id])
    except Exception:
        log.exception("flow-question-failed", session=session_id)


@cache
def _threads() -> ThreadPoolExecutor:
    """The threads of this process, made when they are first wanted."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="asking")

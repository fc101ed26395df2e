"""The ground the dialling machine stands on: numbers, campaigns, what may go wrong with a request."""

from datetime import timedelta

from callsvc.campaigns.service import apply_campaign, change_state
from callsvc.carrier.port import InDoubt, Refused, Throttled, Unsent
from callsvc.runtime import Runtime
from tests.factories import campaign_file, make_country, publish_library

NUMBERS = tuple(f"+3363998000{i}" for i in range(1, 5))
# The caller's number tells the model which campaign, and so which purpose, a call of the carrier belongs to.
PURPOSES = {"+33199000101": "contact-tracing", "+33199000102": "vaccination"}
CAMPAIGNS = ("tracing", "vaccination")
CAP = 2
DAY = timedelta(hours=24)
EVERY_DAY = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}]
NEXT = {
    "queued": ("initiated", "failed"),
    "initiated": ("ringing", "busy", "failed"),
    "ringing": ("in-progress", "in-progress", "no-answer", "busy"),
    "in-progress": ("completed",),
}


class WorkerDied(BaseException):
    """A SIGKILL, as far as a test can feel one."""


OUTCOMES: dict[str, tuple[BaseException, bool] | None] = {
    "ok": None,
    "throttled": (Throttled("slow down"), False),
    "unsent": (Unsent("connection refused"), False),
    "refused": (Refused(21210, "not now"), False),
    "in doubt, nothing placed": (InDoubt("time-out"), False),
    "in doubt, placed": (InDoubt("time-out"), True),
    "killed before the request": (WorkerDied(), False),
    "killed after the request": (WorkerDied(), True),
}

LIKELY = ("ok",) * 5 + tuple(OUTCOMES)


def furnish(rt: Runtime) -> None:
    """Two running campaigns of two purposes, open at all hours, without anybody in them."""
    with rt.db.begin() as tx:
        make_country(tx)
    publish_library(rt, "contact-tracing")
    for name, (caller_id, purpose) in zip(CAMPAIGNS, PURPOSES.items(), strict=True):
        file = campaign_file(
            id=name,
            purpose=purpose,
            caller_id=caller_id,
            preset="none",
            call_on_holidays=True,
            windows=EVERY_DAY,
            caps={"per_number_24h": CAP},
            retries={"most_tries": 4, "delays_minutes": {"no-answer": 2, "busy": 1, "failed": 1}},
            sms_fallback={"sender": caller_id, "text": {"fr": "Nous avons cherché à vous joindre."}},
        )
        apply_campaign(rt, file, "test")
        change_state(rt, name, "start", "test")

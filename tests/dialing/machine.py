"""Dialling as a machine for hypothesis: what people, the carrier, the workers and time may do, in any order.

The model is the carrier's own list of calls. Nothing here asks our books whether they are right; they are
compared with that list.
"""

from collections import defaultdict
from contextlib import suppress as ignoring
from datetime import timedelta
from typing import Any, ClassVar

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from callsvc.calls.tables import call, incident, leg, live_call
from callsvc.calls.updates import perform
from callsvc.campaigns.service import add_contacts, change_state
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.carrier.memory import CallEvent, MemoryCarrier
from callsvc.carrier.port import InDoubt, Refused, Throttled, Unsent
from callsvc.carrier.vocabulary import CALL_OVER
from callsvc.contacts.numbers import store_number
from callsvc.contacts.suppressions import suppress
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.settling import reconcile, settle_doubts
from callsvc.dialing.sweeping import sweep
from callsvc.messages.sending import send_messages
from callsvc.runtime import Runtime
from callsvc.webhooks import status, voice
from callsvc.webhooks.requests import CarrierRequest
from tests.factories import advance, campaign_file, make_contact, make_country, publish_library

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


def furnish(rt: Runtime) -> None:
    """Two running campaigns of two purposes, open at all hours, without anybody in them."""
    from callsvc.campaigns.service import apply_campaign

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


class Dialling(RuleBasedStateMachine):
    """Subclasses say how to get an empty world with ``furnish`` done."""

    make_world: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.rt: Runtime = type(self).make_world()
        self.carrier: MemoryCarrier = self.rt.carrier  # type: ignore[assignment]
        self.jobs: defaultdict[str, list[str]] = defaultdict(list)
        self.opted_out: list[tuple[int, str, str, str]] = []  # calls made before it, number, scope, purpose

    # what people do

    @rule(
        numbers=st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2, unique=True),
        name=st.sampled_from(CAMPAIGNS),
    )
    def somebody_is_added(self, numbers: list[str], name: str) -> None:
        with self.rt.db.begin() as tx:
            row = tx.first(sa.select(campaign.c.state).where(campaign.c.id == name))
            if row is not None and row.state in ("running", "paused"):
                contact_id = make_contact(tx, numbers[0], numbers=tuple(numbers[1:]))
                add_contacts(tx, name, [contact_id])

    @rule(
        number=st.sampled_from(NUMBERS),
        scope=st.sampled_from(("sms", "purpose", "all")),
        purpose=st.sampled_from(tuple(PURPOSES.values())),
    )
    def somebody_opts_out(self, number: str, scope: str, purpose: str) -> None:
        with self.rt.db.begin() as tx:
            number_id = store_number(
                tx, number, synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
            )
            suppress(tx, number_id, scope, purpose=purpose, source="test")
        self.opted_out.append((len(self.carrier.calls), number, scope, purpose))
        self._take_jobs()

    @rule(name=st.sampled_from(CAMPAIGNS))
    def a_campaign_is_paused_or_resumed(self, name: str) -> None:
        with self.rt.db.read() as tx:
            state = tx.scalar(sa.select(campaign.c.state).where(campaign.c.id == name))
        if state in ("running", "paused"):
            change_state(self.rt, name, "pause" if state == "running" else "resume", "test")

    # what the machinery does

    def _take_jobs(self) -> None:
        for job, ids in self.rt.jobs.take():  # type: ignore[attr-defined]
            self.jobs[job].extend(ids)

    @rule()
    def the_ticker_plans(self) -> None:
        plan_calls(self.rt)
        self._take_jobs()

    @rule()
    def the_ticker_repairs(self) -> None:
        recreate_due(self.rt)
        sweep(self.rt)
        self._take_jobs()

    @precondition(lambda self: self.jobs["place_calls"])
    @rule(data=st.data(), outcome=st.sampled_from(tuple(OUTCOMES)), again=st.booleans())
    def a_worker_places(self, data: st.DataObject, outcome: str, again: bool) -> None:
        leg_id = data.draw(st.sampled_from(self.jobs["place_calls"]))
        if not again:
            self.jobs["place_calls"].remove(leg_id)
        self._place(leg_id, outcome)

    def _place(self, leg_id: str, outcome: str) -> None:
        planted = OUTCOMES[outcome]
        if planted is not None:
            self.carrier.fail_next(planted[0], after_placing=planted[1])
        with ignoring(WorkerDied):
            place_attempts(self.rt, [leg_id])
        self.carrier.forget_faults()
        self._take_jobs()

    @rule(fails=st.booleans())
    def the_other_workers_catch_up(self, fails: bool) -> None:
        if fails:
            self.carrier.fail_next_question(InDoubt("time-out"))
        for update_id in self._all("update_calls"):
            perform(self.rt, update_id)
        settle_doubts(self.rt, self._all("settle_doubt"))
        reconcile(self.rt, self._all("reconcile_legs"))
        send_messages(self.rt, self._all("send_messages"))
        self.carrier.forget_faults()
        self._take_jobs()

    def _all(self, job: str) -> list[str]:
        return self.jobs.pop(job, [])

    @rule()
    def redis_forgets_everything(self) -> None:
        self.jobs.clear()

    @rule(seconds=st.sampled_from((0.5, 2.5, 6.0, 11.0, 75.0, 700.0, 8 * 3600.0)))
    def time_passes(self, seconds: float) -> None:
        advance(self.rt, seconds)

    # what the carrier does

    def _live(self) -> list[str]:
        return [one.sid for one in self.carrier.calls.values() if one.status not in CALL_OVER]

    @precondition(lambda self: self._live())
    @rule(data=st.data(), steps=st.integers(1, 4))
    def a_call_goes_on(self, data: st.DataObject, steps: int) -> None:
        sid = data.draw(st.sampled_from(self._live()))
        for _ in range(steps):
            after = NEXT.get(self.carrier.calls[sid].status)
            if after is not None:
                self.carrier.set_status(sid, data.draw(st.sampled_from(after)))

    @precondition(lambda self: self.carrier.events)
    @rule(data=st.data(), fate=st.sampled_from(("deliver", "deliver", "again", "drop")))
    def the_carrier_posts(self, data: st.DataObject, fate: str) -> None:
        event = data.draw(st.sampled_from(self.carrier.events))
        if fate != "again":
            self.carrier.events.remove(event)
        if fate != "drop":
            self._deliver(event)

    def _deliver(self, event: CallEvent) -> None:
        order = self.carrier.orders[event.sid]
        leg_id = order.answer_url.split("/")[-2]
        if event.status == "in-progress":
            voice.take_turn(self.rt, leg_id, 0, CarrierRequest({"CallSid": event.sid, "AnsweredBy": "human"}))
        told = {
            "CallSid": event.sid,
            "CallStatus": event.status,
            "SequenceNumber": str(event.sequence),
            "Timestamp": event.at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        }
        if event.status == "completed":
            told["CallDuration"] = str(self.carrier.calls[event.sid].duration_s)
        status.record(self.rt, leg_id, CarrierRequest(told))
        self._take_jobs()

    # what must hold after every step

    @invariant()
    def no_number_has_two_calls_at_once(self) -> None:
        live = [self.carrier.calls[sid].to for sid in self._live()]
        assert len(live) == len(set(live))

    @invariant()
    def nobody_is_called_after_saying_stop(self) -> None:
        for place, one in enumerate(self.carrier.calls.values()):
            purpose = PURPOSES[self.carrier.orders[one.sid].from_]
            for before, number, scope, stopped in self.opted_out:
                covered = scope == "all" or (scope == "purpose" and stopped == purpose)
                assert not (place >= before and number == one.to and covered)

    @invariant()
    def the_cap_of_a_day_holds(self) -> None:
        for number in NUMBERS:
            made = [
                one.created_at for one in self.carrier.calls.values() if one.to == number and one.created_at
            ]
            for first, over in zip(made, made[CAP:], strict=False):
                assert over - first >= DAY

    @invariant()
    def the_guard_holds_exactly_the_unfinished_and_the_doubtful(self) -> None:
        with self.rt.db.read() as tx:
            guarded = {row.attempt_id for row in tx.all(sa.select(live_call.c.attempt_id))}
            unfinished = {
                row.id
                for row in tx.all(
                    sa.select(leg.c.id).where(
                        leg.c.placement.in_(("claimed", "in-doubt", "placed")), leg.c.ended_at.is_(None)
                    )
                )
            }
        assert guarded == unfinished

    # the end: every callback still out is lost, nothing new is planned, and the books must balance

    def teardown(self) -> None:
        try:
            self._come_to_rest()
            self._books_balance()
        finally:
            self.rt.db.engine.dispose()

    def _come_to_rest(self) -> None:
        for _ in range(12):
            for sid in self._live():
                self.carrier.set_status(sid, "failed")
            advance(self.rt, 11)
            self.the_ticker_repairs()
            for leg_id in self._all("place_calls"):
                self._place(leg_id, "ok")
            self.the_other_workers_catch_up(fails=False)

    def _books_balance(self) -> None:
        with self.rt.db.read() as tx:
            legs = tx.all(sa.select(leg))
            places = tx.all(sa.select(campaign_contact))
            assert tx.all(sa.select(incident)) == []
            assert tx.scalar(sa.select(sa.func.count()).select_from(live_call)) == 0
            assert (
                tx.scalar(sa.select(sa.func.count()).select_from(call).where(call.c.ended_at.is_(None))) == 0
            )
        placed = {row.sid: row for row in legs if row.placement == "placed"}
        assert placed.keys() == self.carrier.calls.keys()
        for sid, row in placed.items():
            assert row.status == self.carrier.calls[sid].status
        assert {row.placement for row in legs} <= {"placed", "not-placed", "refused", "withdrawn"}
        for place in places:
            assert place.status == ("done" if place.outcome else "waiting")
            assert place.outcome or place.next_try_at is not None

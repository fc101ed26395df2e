"""Dialling as a machine for hypothesis: what people, the carrier, the workers and time may do, in any order.

The model is the carrier's own list of calls. Nothing here asks our books whether they are right; they are
compared with that list.
"""

from contextlib import suppress as ignoring

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from callsvc.calls.tables import call, incident, leg, live_call
from callsvc.calls.updates import perform
from callsvc.campaigns.service import add_contacts, change_state
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.carrier.memory import CallEvent
from callsvc.carrier.port import InDoubt
from callsvc.carrier.vocabulary import CALL_OVER
from callsvc.contacts.numbers import store_number
from callsvc.contacts.suppressions import suppress
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.settling import reconcile, settle_doubts
from callsvc.dialing.sweeping import sweep
from callsvc.messages.sending import send_messages
from callsvc.webhooks import status, voice
from callsvc.webhooks.requests import CarrierRequest
from tests.dialing.ground import CAMPAIGNS, CAP, DAY, LIKELY, NEXT, NUMBERS, OUTCOMES, PURPOSES, WorkerDied
from tests.factories import advance, make_contact
from tests.machines import World

_SOME_NUMBERS = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2, unique=True)


class Dialling(World):
    """Calls: the ground of ``ground.py``."""

    def __init__(self) -> None:
        super().__init__()
        self.opted_out: list[tuple[int, str, str, str]] = []  # calls made before it, number, scope, purpose

    # what people do

    @initialize(people=st.lists(st.tuples(_SOME_NUMBERS, st.sampled_from(CAMPAIGNS)), min_size=2, max_size=5))
    def a_list_is_imported(self, people: list[tuple[list[str], str]]) -> None:
        for numbers, name in people:
            self.somebody_is_added(numbers, name)

    @rule(numbers=_SOME_NUMBERS, name=st.sampled_from(CAMPAIGNS))
    def somebody_is_added(self, numbers: list[str], name: str) -> None:
        with self.rt.db.begin() as tx:
            state = tx.scalar(sa.select(campaign.c.state).where(campaign.c.id == name))
            if state in ("running", "paused"):
                add_contacts(tx, name, [make_contact(tx, numbers[0], numbers=tuple(numbers[1:]))])

    @rule(
        number=st.sampled_from(NUMBERS),
        scope=st.sampled_from(("sms", "purpose", "all")),
        purpose=st.sampled_from(tuple(PURPOSES.values())),
    )
    def somebody_opts_out(self, number: str, scope: str, purpose: str) -> None:
        traits = {"synthetic": True, "country": "FR", "kind": "mobile", "zone": "Europe/Paris"}
        with self.rt.db.begin() as tx:
            suppress(tx, store_number(tx, number, **traits), scope, purpose=purpose, source="test")
        self.opted_out.append((len(self.carrier.calls), number, scope, purpose))
        self._take_jobs()

    @rule(data=st.data(), number=st.sampled_from(NUMBERS), scope=st.sampled_from(("purpose", "all")))
    def an_opt_out_comes_between_plan_and_claim(self, data: st.DataObject, number: str, scope: str) -> None:
        self.the_ticker_plans()
        for purpose in PURPOSES.values():
            self.somebody_opts_out(number, scope, purpose)
        self.the_dialling_worker_catches_up(data, again=False)

    @rule(name=st.sampled_from(CAMPAIGNS), really=st.integers(0, 3))
    def a_campaign_is_paused_or_resumed(self, name: str, really: int) -> None:
        with self.rt.db.read() as tx:
            state = tx.scalar(sa.select(campaign.c.state).where(campaign.c.id == name))
        if state == "paused":
            change_state(self.rt, name, "resume", "test")
        elif state == "running" and not really:
            change_state(self.rt, name, "pause", "test")

    # what the machinery does

    @rule()
    def the_ticker_plans(self) -> None:
        plan_calls(self.rt)
        self._take_jobs()

    @rule()
    def the_ticker_repairs(self) -> None:
        recreate_due(self.rt)
        sweep(self.rt)
        self._take_jobs()

    @rule(data=st.data(), again=st.booleans())
    def the_dialling_worker_catches_up(self, data: st.DataObject, again: bool) -> None:
        leg_ids = self.jobs["place_calls"] if again else self._all("place_calls")
        for leg_id in list(leg_ids):
            self._place(leg_id, data.draw(st.sampled_from(LIKELY)))

    @rule(data=st.data())
    def whoever_is_due_is_called(self, data: st.DataObject) -> None:
        self.the_ticker_plans()
        self.the_dialling_worker_catches_up(data, again=False)

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

    @rule(seconds=st.sampled_from((0.5, 2.5, 6.0, 11.0, 75.0, 700.0, 8 * 3600.0)))
    def time_passes(self, seconds: float) -> None:
        advance(self.rt, seconds)
        if seconds > 3600:  # the time limit of every order: the carrier ends what is left
            for sid in self._live():
                self.carrier.set_status(sid, "failed")

    # what the carrier does

    def _live(self) -> list[str]:
        return [one.sid for one in self.carrier.calls.values() if one.status not in CALL_OVER]

    @rule(data=st.data(), steps=st.integers(1, 4), posted=st.booleans())
    def calls_go_on(self, data: st.DataObject, steps: int, posted: bool) -> None:
        for sid in self._live():
            for _ in range(steps):
                after = NEXT.get(self.carrier.calls[sid].status)
                if after is not None:
                    self.carrier.set_status(sid, data.draw(st.sampled_from(after)))
        if posted:
            for event in list(self.carrier.events):
                self._deliver(event)

    @rule(data=st.data(), rounds=st.integers(1, 4))
    def an_ordinary_while_passes(self, data: st.DataObject, rounds: int) -> None:
        for _ in range(rounds):
            advance(self.rt, 130)
            self.whoever_is_due_is_called(data)
            self.calls_go_on(data, 4, posted=data.draw(st.booleans()))
            self.the_ticker_repairs()
            self.the_other_workers_catch_up(fails=False)

    @precondition(lambda self: self.carrier.events)
    @rule(data=st.data(), fate=st.sampled_from(("once", "twice", "not yet", "never")))
    def the_carrier_posts(self, data: st.DataObject, fate: str) -> None:
        for event in data.draw(st.permutations(self.carrier.events)):
            for _ in range({"once": 1, "twice": 2}.get(fate, 0)):
                self._deliver(event)
            if fate == "never":
                self.carrier.events.remove(event)

    def _deliver(self, event: CallEvent) -> None:
        leg_id = self.carrier.orders[event.sid].answer_url.split("/")[-2]
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

    def come_to_rest(self) -> None:
        for _ in range(12):
            for sid in self._live():
                self.carrier.set_status(sid, "failed")
            advance(self.rt, 11)
            self.the_ticker_repairs()
            for leg_id in self._all("place_calls"):
                self._place(leg_id, "ok")
            self.the_other_workers_catch_up(fails=False)

    def books_balance(self) -> None:
        with self.rt.db.read() as tx:
            legs = tx.all(sa.select(leg))
            places = tx.all(sa.select(campaign_contact))
            # After a jump of hours the sweeper may be quicker than the question that would have told the end.
            assert {row.kind for row in tx.all(sa.select(incident))} <= {
                "leg-lost",
                "carrier-refuses-account",
            }
            assert tx.scalar(sa.select(sa.func.count()).select_from(live_call)) == 0
            assert (
                tx.scalar(sa.select(sa.func.count()).select_from(call).where(call.c.ended_at.is_(None))) == 0
            )
        placed = {row.sid: row for row in legs if row.placement == "placed"}
        assert placed.keys() == self.carrier.calls.keys()
        for sid, row in placed.items():
            assert row.status == self.carrier.calls[sid].status or row.lost_at is not None
        assert {row.placement for row in legs} <= {"placed", "not-placed", "refused", "withdrawn"}
        for place in places:
            assert place.status == ("done" if place.outcome else "waiting")
            assert place.outcome or place.next_try_at is not None

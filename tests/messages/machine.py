"""Texting as a machine for hypothesis: what people write, the carrier does and workers suffer, in any order.

The model is the carrier's own list of messages, in the order in which it took them.
"""

from contextlib import suppress as ignoring
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from callsvc.campaigns.service import add_contacts
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier.port import InDoubt
from callsvc.contacts.numbers import store_number
from callsvc.contacts.suppressions import suppress
from callsvc.dialing.due import recreate_due
from callsvc.dialing.settling import reconcile, settle_doubts
from callsvc.flows.tables import flow_session
from callsvc.messages.sending import send_messages
from callsvc.messages.service import STOP_CONFIRMED, plan_message
from callsvc.messages.tables import live_dialogue, message
from callsvc.webhooks import messages as webhooks
from callsvc.webhooks.requests import CarrierRequest
from callsvc.webhooks.text_turns import expire_texts
from callsvc.webhooks.texting import text_due
from tests.dialing.ground import WorkerDied
from tests.factories import advance, make_contact
from tests.machines import World
from tests.messages.ground import (
    BEGUN,
    CAMPAIGNS,
    COVERING,
    FAULTS,
    LATE,
    LIKELY,
    NUMBERS,
    OTHER_SENDER,
    SENDER,
    TEXTS,
    TRAITS,
)


class Texting(World):
    """SMS: the ground of ``ground.py``."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped: list[tuple[int, str, str, str]] = []  # messages before it, number, scope, purpose
        self.received = self.planned = 0
        self.joined: dict[str, datetime] = {}

    # what people do

    @initialize(people=st.lists(st.sampled_from([*CAMPAIGNS]), min_size=2, max_size=4))
    def a_list_is_imported(self, people: list[str]) -> None:
        for place, name in enumerate(people):
            self.somebody_is_added(NUMBERS[place % len(NUMBERS)], name)

    @rule(number=st.sampled_from(NUMBERS), name=st.sampled_from([*CAMPAIGNS]))
    def somebody_is_added(self, number: str, name: str) -> None:
        with self.rt.db.begin() as tx:
            person = make_contact(tx, number)
            add_contacts(tx, name, [person])
        self.joined[person] = self.rt.clock.now()

    @rule(number=st.sampled_from(NUMBERS), again=st.booleans())
    def a_reminder_is_planned(self, number: str, again: bool) -> None:
        self.planned += not again
        with self.rt.db.begin() as tx:
            plan_message(
                tx, number_id=store_number(tx, number, **TRAITS), body=f"Rappel {self.planned}",
                sender=SENDER, purpose="appointments", cause=f"reminder:{self.planned}",
                campaign_contact_id=None,
            )  # fmt: skip
        self._take_jobs()

    @rule(
        number=st.sampled_from(NUMBERS),
        body=st.sampled_from(TEXTS),
        to=st.sampled_from((SENDER, SENDER, OTHER_SENDER)),
        times=st.integers(1, 2),
    )
    def somebody_writes(self, number: str, body: str, to: str, times: int) -> None:
        self.received += 1
        given = {"MessageSid": f"SMin{self.received}", "From": number, "To": to, "Body": body}
        for _ in range(times):
            webhooks.receive(self.rt, CarrierRequest(given))
        if body.lower().startswith(("stop", "arr")):
            self.stopped.append((len(self.carrier.messages), number, "sms", ""))
        self._take_jobs()

    @rule(
        number=st.sampled_from(NUMBERS),
        scope=st.sampled_from(("purpose", "all")),
        purpose=st.sampled_from([purpose for purpose, _ in CAMPAIGNS.values()]),
    )
    def somebody_opts_out_by_key(self, number: str, scope: str, purpose: str) -> None:
        with self.rt.db.begin() as tx:
            suppress(tx, store_number(tx, number, **TRAITS), scope, purpose=purpose, source="test")
        self.stopped.append((len(self.carrier.messages), number, scope, purpose))
        self._take_jobs()

    # what the machinery does

    @rule()
    def the_ticker_plans(self) -> None:
        text_due(self.rt)
        self._take_jobs()

    @rule()
    def the_ticker_repairs(self) -> None:
        recreate_due(self.rt)
        expire_texts(self.rt)
        self._take_jobs()

    @rule(data=st.data(), again=st.booleans())
    def a_worker_sends(self, data: st.DataObject, again: bool) -> None:
        ids = list(self.jobs["send_messages"])
        if not again:
            self.jobs["send_messages"].clear()
        for message_id in ids:
            self._send(message_id, data.draw(st.sampled_from(LIKELY)))

    def _send(self, message_id: str, fault: str) -> None:
        planted, before = FAULTS[fault], self._row(message_id).placement
        if planted is not None:
            self.carrier.fail_next(planted[0], after_placing=planted[1])
        with ignoring(WorkerDied):
            send_messages(self.rt, [message_id])
        self.carrier.forget_faults()
        if fault == LATE and (before, self._row(message_id).placement) == ("planned", "in-doubt"):
            advance(self.rt, 3)  # within the settle time, as the settings demand
            self._take_effect_late(message_id)
        self._take_jobs()

    def _take_effect_late(self, message_id: str) -> None:
        row = self._row(message_id)
        with self.rt.db.read() as tx:
            body = tx.keyring.decrypt(row.body, f"message:{row.id}")
        number = self._number_of(row.number_id)
        self.carrier.create_message(to=number, from_=row.sender, body=body, status_url="")
        # It was asked for before whatever has been said since.
        self.stopped = [
            (before + 1 if before == len(self.carrier.messages) - 1 else before, *rest)
            for before, *rest in self.stopped
        ]

    @rule(fails=st.booleans())
    def the_other_workers_catch_up(self, fails: bool) -> None:
        if fails:
            self.carrier.fail_next_question(InDoubt("time-out"))
        settle_doubts(self.rt, self.jobs.pop("settle_doubt", []))
        reconcile(self.rt, self.jobs.pop("reconcile_legs", []))
        self.carrier.forget_faults()
        self._take_jobs()

    @rule(data=st.data(), rounds=st.integers(1, 4))
    def an_ordinary_while_passes(self, data: st.DataObject, rounds: int) -> None:
        for _ in range(rounds):
            self.the_ticker_plans()
            self.a_worker_sends(data, again=data.draw(st.booleans()))
            advance(self.rt, 3.5)
            self.the_ticker_repairs()
            self.the_other_workers_catch_up(fails=False)

    @rule(number=st.sampled_from(NUMBERS), data=st.data())
    def the_same_words_are_planned_twice(self, number: str, data: st.DataObject) -> None:
        """Two intents with one text: a doubt of one must not be settled by the other's message."""
        for _ in range(2):
            self.planned += 1
            with self.rt.db.begin() as tx:
                plan_message(
                    tx, number_id=store_number(tx, number, **TRAITS), body="Le même texte",
                    sender=SENDER, purpose="appointments", cause=f"reminder:{self.planned}",
                    campaign_contact_id=None,
                )  # fmt: skip
            self._take_jobs()
        self.an_ordinary_while_passes(data, 2)

    @rule(seconds=st.sampled_from((0.5, 2.5, 6.0, 11.0, 400.0, 3700.0, 26 * 3600.0)))
    def time_passes(self, seconds: float) -> None:
        advance(self.rt, seconds)

    # what the carrier does

    @rule(data=st.data(), times=st.integers(1, 2))
    def the_carrier_tells(self, data: st.DataObject, times: int) -> None:
        """The truth moves on, and is told or not, in any order, once or twice, to the row it belongs to."""
        for sid, one in list(self.carrier.messages.items()):
            status = data.draw(st.sampled_from(("queued", "sending", "sent", "delivered", "undelivered")))
            if one.status in ("delivered", "undelivered"):
                status = one.status
            self.carrier.set_message_status(sid, status, 30003 if status == "undelivered" else None)
            row = self._bound_to(sid)
            if row is not None and data.draw(st.booleans()):
                for _ in range(times):
                    told = {"MessageSid": sid, "MessageStatus": status}
                    webhooks.record(self.rt, row.id, CarrierRequest(told))
        self._take_jobs()

    # what must hold after every step

    @invariant()
    def every_message_of_the_carrier_is_one_intent_of_ours(self) -> None:
        with self.rt.db.read() as tx:
            rows = tx.all(sa.select(message).where(message.c.direction == "outbound"))
        unbound = self.carrier.messages.keys() - {row.sid for row in rows}
        open_ones = sum(row.placement in ("claimed", "in-doubt") for row in rows)
        assert len(unbound) <= open_ones
        reminders = [
            (one.to, one.body) for one in self.carrier.messages.values() if one.body.startswith("Rappel")
        ]
        assert len(reminders) == len(set(reminders))

    @invariant()
    def nobody_is_written_to_after_saying_stop(self) -> None:
        purposes = self._purposes_of_messages()
        for place, one in enumerate(self.carrier.messages.values()):
            purpose, confirms = purposes.get(one.sid, ("", False))
            for before, number, scope, stopped in self.stopped:
                covers = (
                    scope == "all"
                    or (scope == "sms" and not confirms)
                    or (scope == "purpose" and stopped == purpose)
                )
                assert not (place >= before and number == one.to and covers), (one, scope)

    @invariant()
    def a_number_is_in_one_dialogue_and_each_dialogue_is_running(self) -> None:
        with self.rt.db.read() as tx:
            open_ones = {row.session_id for row in tx.all(sa.select(live_dialogue.c.session_id))}
            running = {
                row.id
                for row in tx.all(sa.select(flow_session.c.id).where(flow_session.c.status == "running"))
            }
        assert open_ones == running

    @invariant()
    def a_telephone_is_not_asked_again_for_somebody_who_waited_when_it_had_its_answer(self) -> None:
        with self.rt.db.read() as tx:
            rows = tx.all(BEGUN)
        for one in rows:
            for earlier in rows:
                same = (one.number_id, one.campaign_id) == (earlier.number_id, earlier.campaign_id)
                if not same or earlier.ended_at is None or earlier.ended_at > one.started_at:
                    continue
                covers = one.contact_id != earlier.contact_id and earlier.outcome in COVERING
                assert not (covers and self.joined[one.contact_id] <= earlier.ended_at), (one, earlier)

    def _purposes_of_messages(self) -> dict[str, tuple[str, bool]]:
        with self.rt.db.read() as tx:
            rows = tx.all(sa.select(message).where(message.c.direction == "outbound"))
        told = {row.sid: (row.purpose, row.cause.startswith(STOP_CONFIRMED)) for row in rows if row.sid}
        doubtful = [(row.purpose, row.cause.startswith(STOP_CONFIRMED)) for row in rows if not row.sid]
        # What is not bound yet is one of the open ones; the first is as good as any but for a confirmation.
        guess = next((one for one in doubtful if one[1]), ("", False))
        return {sid: told.get(sid, guess) for sid in self.carrier.messages}

    def _row(self, message_id: str) -> Any:
        with self.rt.db.read() as tx:
            return tx.first(sa.select(message).where(message.c.id == message_id))

    def _bound_to(self, sid: str) -> Any:
        with self.rt.db.read() as tx:
            return tx.first(sa.select(message).where(message.c.sid == sid))

    def _number_of(self, number_id: str) -> str:
        with self.rt.db.begin() as tx:
            return next(one for one in NUMBERS if store_number(tx, one, **TRAITS) == number_id)

    # the end: every callback still out is lost, and the books must balance

    def come_to_rest(self) -> None:
        for _ in range(8):
            advance(self.rt, 11)
            self.the_ticker_repairs()
            self.jobs.pop("send_messages", None)
            self.the_other_workers_catch_up(fails=False)

    def books_balance(self) -> None:
        with self.rt.db.read() as tx:
            rows = tx.all(sa.select(message).where(message.c.direction == "outbound"))
            trying = tx.all(sa.select(campaign_contact).where(campaign_contact.c.status == "trying"))
            running = tx.all(sa.select(flow_session).where(flow_session.c.status == "running"))
        assert {row.sid for row in rows if row.sid} == self.carrier.messages.keys()
        assert {row.placement for row in rows} <= {"placed", "not-placed", "refused", "planned"}
        assert {row.id for row in trying} == {row.subject_id for row in running}

"""What a conversation asks for, when no campaign stands behind it."""

from callsvc.calls.queries import lock_leg
from callsvc.calls.tables import call, leg
from callsvc.contacts.numbers import store_caller
from callsvc.contacts.suppressions import suppressions_of
from callsvc.messages.sending import send_messages
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from callsvc.webhooks.effects import apply_effects, subject_of
from ivr_flows import SendSms, Suppress, Turn
from tests.factories import make_country

NUMBER = "+33639980001"


def _caller(rt: Runtime, *effects: object) -> None:
    """Somebody unknown calls, and their flow asks for these effects."""
    with rt.db.begin() as tx:
        make_country(tx)
        number_id = store_caller(tx, NUMBER)
        facts = {"region_code": "44", "platform_code": "67", "started_at": tx.now}
        tx.insert(call, id="cal-in", direction="inbound", **facts)
        times = {"planned_at": tx.now, "news_at": tx.machine_now}
        who = {"role": "contact", "number_id": number_id, "sid": "CAin", "placement": "received"}
        tx.insert(leg, id="leg-in", call_id="cal-in", **who, **times)
        turn = Turn({}, (), tuple(effects), None, "done", ())  # type: ignore[arg-type]
        apply_effects(tx, subject_of(tx, lock_leg(tx, "leg-in")), "ses-in", 1, turn)


def test_an_sms_asked_for_in_an_inbound_call_has_a_sender_the_carrier_accepts(rt: Runtime) -> None:
    _caller(rt, SendSms("advice", "fr", "Bonjour"))
    with rt.db.read() as tx:
        [row] = tx.all(message.select())
    assert row.sender == rt.settings.callsvc_caller_id
    send_messages(rt, [row.id])
    assert [one.to for one in rt.carrier.messages.values()] == [NUMBER]  # type: ignore[attr-defined]


def test_an_opt_out_in_an_inbound_call_is_of_everything(rt: Runtime) -> None:
    _caller(rt, Suppress("purpose"))
    with rt.db.read() as tx:
        number_id = tx.scalar(leg.select().with_only_columns(leg.c.number_id))
        assert [one.scope for one in suppressions_of(tx, number_id)] == ["all"]

"""What starts a recording: the REST interface, a call created with Record, Dial, Conference, Record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.recordings import insert_recording, recording_of
from callsvc.simulator.recordings.record import EVENTS, RecordingRecord, Wish
from callsvc.simulator.recordings.recorder import Recorder

if TYPE_CHECKING:
    from callsvc.simulator.calls.leg import Leg
    from callsvc.simulator.calls.room import Room
    from callsvc.simulator.carrier import Carrier


def record_call(leg: Leg, source: str, wish: Wish) -> Recorder:
    """Record this call from now on; it is in the ledger when this returns."""
    recorder = _recorder(leg.carrier, source, wish, call_sid=leg.record.sid)
    leg.note("recording", recording=recorder.record.sid, source=source)
    recorder.begin(leg.over)
    return recorder


async def record_from_answer(leg: Leg, source: str, wish: Wish) -> None:
    """Record this call once it is answered, if it ever is."""
    answered, over = leg.carrier.spawn(leg.answered.wait()), leg.carrier.spawn(leg.over.wait())
    await leg.carrier.first_of(answered, over)
    if not leg.over.is_set():
        record_call(leg, source, wish)


def record_conference(room: Room, carrier: Carrier, wish: Wish) -> Recorder:
    """Record this conference from now on."""
    first = next(iter(room.stays), None)
    recorder = _recorder(carrier, "Conference", wish, call_sid=first, conference_sid=room.sid)
    recorder.begin(room.over)
    return recorder


def wish_of(attributes: Mapping[str, str], document_url: str, *, dual: bool = False) -> Wish:
    """What the recording attributes of a verb or a noun ask for; addresses are relative to the document."""
    callback = attributes.get("recordingStatusCallback", "")
    return Wish(
        channels=2 if dual else 1,
        track=attributes.get("recordingTrack", "both"),
        callback=urljoin(document_url, callback) if callback else "",
        method=attributes.get("recordingStatusCallbackMethod", "POST").upper(),
        events=recording_events(attributes.get("recordingStatusCallbackEvent", "").split()),
    )


def recording_events(asked: list[str]) -> tuple[str, ...]:
    """The events to tell; "completed" when none was named."""
    known = tuple(event for event in EVENTS if event in " ".join(asked).split())
    return known or ("completed",)


def settle_recordings(carrier: Carrier) -> None:
    """After a crash: what was being recorded is lost, and told as absent."""
    open_ones = "select * from recording where status in ('in-progress','paused','stopped','processing')"
    for row in carrier.store.read(open_ones):
        recorder = Recorder(carrier, recording_of(row))
        carrier.recorders[recorder.record.sid] = recorder
        recorder.close("processing", 0.0)


def _recorder(
    carrier: Carrier, source: str, wish: Wish, *, call_sid: str | None, conference_sid: str | None = None
) -> Recorder:
    now = carrier.clock.now()
    record = RecordingRecord(
        sid=new_sid("RE"),
        source=source,
        created_at=now,
        updated_at=now,
        call_sid=call_sid,
        conference_sid=conference_sid,
        wish=wish,
    )
    insert_recording(carrier.store, record)
    carrier.store.commit()
    recorder = carrier.recorders[record.sid] = Recorder(carrier, record)
    return recorder

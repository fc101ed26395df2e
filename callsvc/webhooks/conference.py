"""Conference callbacks: who came in, who left."""

from callsvc.calls import conferences
from callsvc.calls.queries import find_leg_by_sid
from callsvc.carrier import twiml
from callsvc.carrier.twiml import Speech
from callsvc.runtime import Runtime
from callsvc.webhooks.once import first_time
from callsvc.webhooks.requests import CarrierRequest
from callsvc.webhooks.speech import LOCALES

_HOLD_S = 10  # of quiet between two words: nobody on hold may think that they were forgotten
_PATIENCE = {
    "fr": "Merci de patienter, nous revenons vers vous.",
    "en": "Please hold, we will be back with you.",
    "ar": "يرجى الانتظار، سنعود إليك.",
    "es": "No cuelgue, enseguida volvemos con usted.",
    "pt": "Aguarde, por favor, voltamos já.",
}


def hold(language: str) -> str:
    """What somebody on hold hears, over and over; in French where their language is not one of ours."""
    spoken = language if language in _PATIENCE else "fr"
    words = [Speech(_PATIENCE[spoken], LOCALES.get(spoken, spoken))]
    return twiml.wait(words, action=f"/webhooks/conference/hold/{spoken}", pause_s=_HOLD_S, takes_key=False)


def record(rt: Runtime, conference_id: str, given: CarrierRequest) -> None:
    sid, event = given.text("ConferenceSid"), given.text("StatusCallbackEvent")
    with rt.db.begin() as tx:
        key = f"conference:{sid}:{given.text('SequenceNumber') or event + given.text('CallSid')}"
        if not first_time(tx, key, None, event=event):
            return
        at = given.instant("Timestamp") or tx.now
        leg = find_leg_by_sid(tx, given.text("CallSid"))
        if event == "participant-join" and leg is not None:
            conferences.record_join(tx, conference_id, leg.id, sid, at)
        elif event == "participant-leave" and leg is not None:
            conferences.record_leave(tx, conference_id, leg.id, at)
        elif event == "conference-end":
            conferences.record_end(tx, conference_id, at)

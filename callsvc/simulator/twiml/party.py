"""One leg that Dial rings: a number, a client or a SIP address, with its own callbacks and whisper."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.detecting import detect_machine
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.record import CallOptions, CallRecord
from callsvc.simulator.calls.ringing import ring
from callsvc.simulator.calls.sending_digits import send_digits
from callsvc.simulator.calls.waiting import first_event
from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.calls import insert_call
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.document import number, text_of
from callsvc.simulator.twiml.places import WHISPER
from callsvc.simulator.twiml.where import source_at

AT_ONCE = 10
_NUMBER = re.compile(r"\+?[\d ().-]{3,24}")
_SIP = re.compile(r"sips?:[^@\s]+@[^@\s]+", re.IGNORECASE)
_CALLER = re.compile(r"\+?\d{3,15}|client:\S+|sip:\S+|[A-Za-z0-9_.-]{1,64}")


def parties(leg: Leg, element: Element) -> tuple[list[Leg], tuple[int, str] | None]:
    """The legs to ring, written in the ledger; and what cannot be rung, as a code and its detail."""
    caller = element.get("callerId", "")
    if caller and not _CALLER.fullmatch(caller):
        return [], (codes.DIAL_CALLER_ID, caller)
    legs: list[Leg] = []
    problem: tuple[int, str] | None = None
    for noun in list(element)[:AT_ONCE] or [element]:
        address, wrong = _address(noun)
        if wrong:
            problem = (wrong, address)
        else:
            legs.append(_party(leg, element, noun, address))
    if len(element) > AT_ONCE:
        problem = (codes.DIAL_NESTED, f"more than {AT_ONCE} nouns")
    return legs, problem


def _address(noun: Element) -> tuple[str, int]:
    """Where this noun leads, and the code that says why it cannot be called, or 0."""
    if noun.tag == "Client":
        name = noun.findtext("Identity") or noun.text or ""
        return f"client:{name.strip().removeprefix('client:')}", 0
    address = text_of(noun)
    if noun.tag == "Sip" or address.lower().startswith("sip:"):
        return address, 0 if _SIP.match(address) else codes.SIP_ADDRESS
    if address.startswith("client:"):
        return address, 0
    if not _NUMBER.fullmatch(address):
        return address, codes.NUMBER_FORMAT
    dialled = re.sub(r"[ ().-]", "", address)
    # "01234567890 instead of +441234567890": a number as it is dialled at home reaches nobody.
    if dialled.startswith("0"):
        return dialled, codes.NUMBER_UNREACHABLE
    return dialled if dialled.startswith("+") else f"+{dialled}", 0


def _party(leg: Leg, element: Element, noun: Element, to: str) -> Leg:
    now = leg.carrier.clock.now()
    parent = leg.record
    options = _options(leg, element, noun)
    record = CallRecord(
        sid=new_sid("CA"),
        direction="outbound-dial",
        to=to,
        from_=element.get("callerId") or (parent.from_ if parent.direction == "inbound" else parent.to),
        created_at=now,
        updated_at=now,
        parent_sid=parent.sid,
        url=options.url or None,
        options=options,
    )
    insert_call(leg.carrier.store, record)
    leg.carrier.store.commit()
    child = Leg(leg.carrier, record, Source(options.url, options.method))
    custom = {entry.get("name", ""): entry.get("value", "") for entry in noun.findall("Parameter")}
    if custom:
        child.note("parameters", **custom)
    return child


def _options(leg: Leg, element: Element, noun: Element) -> CallOptions:
    own = noun if noun is not element else Element("Number")
    return CallOptions(
        url=_url(leg, own.get("url")),
        method=own.get("method", "POST").upper(),
        status_callback=_url(leg, own.get("statusCallback")),
        status_method=own.get("statusCallbackMethod", "POST").upper(),
        status_events=tuple(own.get("statusCallbackEvent", "completed").split()),
        timeout=number(element, "timeout", 30.0),
        send_digits=own.get("sendDigits", ""),
        machine_detection=own.get("machineDetection", ""),
        detection_timeout=number(own, "machineDetectionTimeout", 30.0),
        speech_threshold=number(own, "machineDetectionSpeechThreshold", 2400.0),
        speech_end_threshold=number(own, "machineDetectionSpeechEndThreshold", 1200.0),
        silence_timeout=number(own, "machineDetectionSilenceTimeout", 5000.0),
        async_amd=True,
        amd_callback=_url(leg, own.get("amdStatusCallback")),
        amd_method=own.get("amdStatusCallbackMethod", "POST").upper(),
    )


def _url(leg: Leg, address: str | None) -> str:
    return source_at(leg, address, None).url if address else ""


async def live_party(child: Leg) -> None:
    """Ring; after the answer run the whisper, then stay until somebody ends the leg or moves it."""
    from callsvc.simulator.calls.conversation import converse  # a conversation runs verbs, and this is one

    if not await ring(child):
        return
    await send_digits(child)
    await detect_machine(child)
    if child.first.url:
        await converse(child, child.first, WHISPER)
    if not child.hung_up and not child.parted.is_set():
        child.ready.set()
        await first_event(child.over, child.parted)
        if child.moved is not None and not child.over.is_set():
            await converse(child, child.moved)
    child.end("completed", "service")

"""Runs the detection of a live call: before its document (synchronous) or beside it (AsyncAmd)."""

from __future__ import annotations

from collections.abc import Mapping

from callsvc.simulator.calls.detection import verdict
from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.ledger.calls import save_call
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.parameters import voice_parameters


async def detect_machine(leg: Leg) -> None:
    """Find out who answered, if it was asked; "SendDigits makes MachineDetection be ignored"."""
    options = leg.record.options
    if (
        options.machine_detection not in ("Enable", "DetectMessageEnd")
        or options.send_digits
        or not leg.carrier.profile.detects_machines
        or leg.voice is None
    ):
        return
    answered_by, after = verdict(options, leg.voice.kind, leg.voice.greeting, leg.voice.person.after_greeting)
    if options.async_amd:
        leg.later(after, lambda: _tell(leg, answered_by, after))
        return
    await leg.carrier.clock.sleep(after)
    _record(leg, answered_by)


def _record(leg: Leg, answered_by: str) -> None:
    leg.record.answered_by = answered_by
    save_call(leg.carrier.store, leg.record)
    leg.note("detected", answered_by=answered_by)


def _tell(leg: Leg, answered_by: str, after: float) -> None:
    """Post the verdict beside the conversation; a call that ended before it has none."""
    options = leg.record.options
    _record(leg, answered_by)
    if not options.amd_callback:
        return
    parameters = voice_parameters(leg.carrier.settings.account_sid, leg.record)
    parameters["MachineDetectionDuration"] = str(int(after * 1000))

    def note(url: str, sent: Mapping[str, str], answer: Answer) -> None:
        leg.note(
            "amd-callback", url=url, answered_by=sent["AnsweredBy"], answer=answer.status, code=answer.code
        )

    leg.carrier.post_once("amd-callback", options.amd_callback, options.amd_method, parameters, note)

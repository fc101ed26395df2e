"""Gather: collects keys and words while prompting.

"timeout: default 5 s, counted after the nested verbs, and again after each key. finishOnKey: default #; it
works only after a digit. numDigits: fires at once on the last. speechTimeout: the pause that ends speech,
default the timeout; auto ends at the first pause. action: default the current document. Without input the
next verb runs, unless actionOnEmptyResult is true." The first key or word stops the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.gathering import Gathering, Wanted
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.document import flag, number
from callsvc.simulator.twiml.pause import pause
from callsvc.simulator.twiml.play import play
from callsvc.simulator.twiml.say import say
from callsvc.simulator.twiml.where import source_at
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.outbox import Outbox
from callsvc.simulator.webhooks.parameters import voice_parameters

_PROMPTS = {"Say": say, "Play": play, "Pause": pause}
CONFIDENCE = "0.9"
AUTO_PAUSE = 1.0  # lived seconds of silence that end speech with speechTimeout="auto"


async def gather(leg: Leg, element: Element) -> Source | None:
    """Prompt, collect, and go to the action with what was given."""
    inputs = element.get("input", "dtmf").lower().split()
    wanted = _wanted(leg, element, inputs)
    source_at(leg, element.get("action"), None)  # a bad address is an error before anything is said
    gathering = leg.gathering = Gathering(leg.carrier.clock, wanted)
    try:
        await _prompt(leg, element)
        await gathering.collect()
    finally:
        leg.gathering = None
    leg.note("gathered", digits=gathering.digits, words=gathering.words)
    given = _given(element, inputs, gathering)
    return None if given is None else source_at(leg, element.get("action"), element.get("method"), **given)


def _given(element: Element, inputs: list[str], gathering: Gathering) -> dict[str, str] | None:
    """The parameters of the action; None when it is not asked."""
    if gathering.words:
        spoken = {"SpeechResult": gathering.words, "Confidence": CONFIDENCE}
        return spoken | {"Language": element.get("language", "en-US")}
    if not gathering.digits and not flag(element, "actionOnEmptyResult", False):
        return None
    if not gathering.digits and "dtmf" not in inputs:
        return {"msg": "Gather End"}
    return {"Digits": gathering.digits, "FinishedOnKey": gathering.finished_by, "msg": "Gather End"}


def _wanted(leg: Leg, element: Element, inputs: list[str]) -> Wanted:
    timeout = number(element, "timeout", 5.0)
    pause_after = element.get("speechTimeout", "")
    digits = element.get("numDigits", "")
    partial = element.get("partialResultCallback")
    return Wanted(
        timeout=timeout,
        pause=AUTO_PAUSE if pause_after == "auto" else number(element, "speechTimeout", timeout),
        finish=element.get("finishOnKey", "#"),
        digits=int(digits) if digits else None,
        keys="dtmf" in inputs,
        speech="speech" in inputs,
        partial=_Partial(leg, element).tell if partial else None,
    )


async def _prompt(leg: Leg, element: Element) -> None:
    for child in element:
        if leg.gathering is not None and leg.gathering.begun:
            return
        leg.note("verb", verb=child.tag, attributes=dict(child.attrib))
        await _PROMPTS[child.tag](leg, child)


class _Partial:
    """Tells partialResultCallback what was understood so far."""

    def __init__(self, leg: Leg, element: Element) -> None:
        self._leg = leg
        self._source = source_at(
            leg, element.get("partialResultCallback"), element.get("partialResultCallbackMethod")
        )
        self._language = element.get("language", "en-US")
        self._sequence = 0
        self._outbox = Outbox(leg.carrier, "voice-webhook")

    def tell(self, words: str) -> None:
        """Post the words heard so far."""
        parameters = voice_parameters(self._leg.carrier.settings.account_sid, self._leg.record)
        parameters |= {"UnstableSpeechResult": words, "StableSpeechResult": "", "Stability": CONFIDENCE}
        parameters |= {"SequenceNumber": str(self._sequence), "Language": self._language}
        self._sequence += 1
        self._outbox.post(self._source.url, self._source.method, parameters, self._note)

    def _note(self, url: str, sent: Mapping[str, str], answer: Answer) -> None:
        self._leg.note("partial", url=url, sequence=sent["SequenceNumber"], answer=answer.status)

"""Gather: collects keys while prompting.

"timeout: default 5 s, counted after the nested verbs, and again after each key. finishOnKey: default #.
numDigits: fires at once on the last. action: default the current document. Without input the next verb
runs, unless actionOnEmptyResult is true." The first key stops the prompt.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.gathering import Gathering
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.document import SCHEMA_FAILURE, flag, number
from callsvc.simulator.twiml.errors import DocumentError
from callsvc.simulator.twiml.pause import pause
from callsvc.simulator.twiml.play import play
from callsvc.simulator.twiml.say import say
from callsvc.simulator.twiml.where import source_at

_PROMPTS = {"Say": say, "Play": play, "Pause": pause}


async def gather(leg: Leg, element: Element) -> Source | None:
    """Prompt, collect, and go to the action with what was given."""
    gathering = _gathering(leg, element)
    timeout = number(element, "timeout", 5.0)
    leg.gathering = gathering
    try:
        await _prompt(leg, element)
        while not gathering.done and await gathering.wait(timeout):
            pass
    finally:
        leg.gathering = None
    leg.note("gathered", digits=gathering.digits, words=gathering.words)
    if gathering.words:
        return source_at(
            leg,
            element.get("action"),
            element.get("method"),
            SpeechResult=gathering.words,
            Confidence="0.9",
            Language=element.get("language", "en-US"),
        )
    if not gathering.digits and not flag(element, "actionOnEmptyResult", False):
        return None
    return source_at(
        leg,
        element.get("action"),
        element.get("method"),
        Digits=gathering.digits,
        FinishedOnKey=gathering.finished_by,
        msg="Gather End",
    )


def _gathering(leg: Leg, element: Element) -> Gathering:
    inputs = element.get("input", "dtmf").split()
    digits = element.get("numDigits", "")
    return Gathering(
        leg.carrier.clock,
        finish=element.get("finishOnKey", "#"),
        digits=int(digits) if digits.isdigit() and int(digits) > 0 else None,
        speech="speech" in inputs,
        keys="dtmf" in inputs,
    )


async def _prompt(leg: Leg, element: Element) -> None:
    for child in element:
        prompt = _PROMPTS.get(child.tag)
        if prompt is None:
            raise DocumentError(SCHEMA_FAILURE, f"Schema validation: {child.tag} may not be in Gather")
        if leg.gathering is not None and leg.gathering.begun:
            return
        leg.note("verb", verb=child.tag, attributes=dict(child.attrib))
        await prompt(leg, child)

"""Follows documents: fetches one, runs its verbs in order, goes where a verb leads.

"If the document ends without a verb that keeps the call, the call ends." When a document cannot be had or
run, the FallbackUrl is asked once; when that fails too the person hears an apology, the call ends and a
notification is kept.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callsvc.simulator.calls.answering import answer_inbound
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.document import SCHEMA_FAILURE, parse
from callsvc.simulator.twiml.errors import DocumentError, HangUp, Rejected
from callsvc.simulator.twiml.speech import seconds_of
from callsvc.simulator.twiml.verbs import VERBS
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.parameters import voice_parameters

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

APOLOGY = "We're sorry. An application error has occurred. Goodbye."


async def follow(leg: Leg, first: Source) -> None:
    """Run documents from `first` on until one ends or hangs up."""
    source: Source | None = first
    fallback_left = bool(leg.record.options.fallback_url)
    try:
        while source is not None:
            try:
                source = await _perform(leg, await _obtain(leg, source))
            except DocumentError as problem:
                _notify(leg, problem)
                if not fallback_left:
                    await _apologise(leg)
                    return
                fallback_left = False
                source = _fallback(leg, problem)
    except HangUp:
        return
    except Rejected as refusal:
        leg.end(refusal.status, "service")


async def fetch(leg: Leg, source: Source) -> Answer:
    """Ask the service; the request runs to its end even if the call ends or moves meanwhile."""
    parameters = voice_parameters(leg.carrier.settings.account_sid, leg.record) | source.extra
    request: asyncio.Task[Answer] = leg.carrier.spawn(
        leg.carrier.webhooks.send("voice-webhook", source.url, source.method, parameters)
    )
    leg.note("request", url=source.url, status=parameters["CallStatus"], **source.extra)
    answer = await asyncio.shield(request)
    leg.note("response", url=source.url, answer=answer.status, code=answer.code, tries=answer.tries)
    return answer


async def _obtain(leg: Leg, source: Source) -> Element:
    if not source.url:
        return parse(source.twiml)
    answer = await fetch(leg, source)
    leg.document_url = source.url.partition("#")[0]
    if not answer.good:
        raise DocumentError(answer.code, f"{answer.reason} from {source.url}")
    return parse(answer.body)


async def _perform(leg: Leg, document: Element) -> Source | None:
    verbs = list(document)
    for element in verbs:
        if element.tag not in VERBS:
            raise DocumentError(SCHEMA_FAILURE, f"Schema validation: {element.tag} is no verb")
    for element in verbs:
        if element.tag != "Reject":
            answer_inbound(leg)
        leg.note("verb", verb=element.tag, attributes=dict(element.attrib))
        following = await VERBS[element.tag](leg, element)
        if following is not None:
            return following
    answer_inbound(leg)
    return None


def _notify(leg: Leg, problem: DocumentError) -> None:
    leg.note("notification", code=problem.code, message=problem.message)


def _fallback(leg: Leg, problem: DocumentError) -> Source:
    options = leg.record.options
    extra = {"ErrorCode": str(problem.code), "ErrorUrl": leg.document_url}
    return Source(options.fallback_url, options.fallback_method, extra=extra)


async def _apologise(leg: Leg) -> None:
    answer_inbound(leg)
    leg.note("said", text=APOLOGY)
    await leg.say(APOLOGY, seconds_of(APOLOGY))

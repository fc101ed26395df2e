"""Follows documents: fetches one, runs its verbs in order, goes where a verb leads.

"If the document ends without a verb that keeps the call, the call ends." When a document cannot be had or
run, the FallbackUrl is asked once; when that fails too the person hears an apology, the call ends and a
notification is kept. A warning is kept as well, and what was wrong is left out.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callsvc.simulator.calls.answering import answer_inbound
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.profiles.differences import check_known
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.document import document_of, flag, parse
from callsvc.simulator.twiml.errors import DocumentError, HangUp, Rejected
from callsvc.simulator.twiml.inspection import inspect
from callsvc.simulator.twiml.places import CALL, CONFERENCE_WAIT, Place
from callsvc.simulator.twiml.speech import seconds_of
from callsvc.simulator.twiml.verbs import VERBS
from callsvc.simulator.twiml.warning import warn
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.parameters import voice_parameters

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

APOLOGY = "We're sorry. An application error has occurred. Goodbye."
LONGEST_CHASE = 50  # documents in a row that did nothing but lead elsewhere
_KNOWN = frozenset(VERBS)


async def follow(leg: Leg, first: Source, place: Place = CALL) -> None:
    """Run documents from `first` on until one ends or hangs up.

    HangUp: from a whisper too, as only the dialled leg ends with it.
    """
    source: Source | None = first
    fallback_left = bool(leg.record.options.fallback_url)
    try:
        while source is not None:
            try:
                source = await run(leg, source, place)
            except DocumentError as problem:
                notify(leg, problem)
                if not fallback_left:
                    await _apologise(leg)
                    raise HangUp from problem
                fallback_left = False
                source = _fallback(leg, problem)
    except HangUp:
        leg.hung_up = True
    except Rejected as refusal:
        leg.end(refusal.status, "service")


async def run(leg: Leg, first: Source, place: Place) -> Source | None:
    """Run documents until one ends; DocumentError and Stop are the caller's affair."""
    source: Source | None = first
    chase = 0
    while source is not None:
        document = await obtain(leg, source)
        begun = leg.carrier.clock.now()
        source = await _perform(leg, document, place)
        idle = [element.tag for element in document] == ["Redirect"] and leg.carrier.clock.now() == begun
        chase = chase + 1 if idle else 0
        if chase > LONGEST_CHASE:
            raise DocumentError(codes.TOO_MANY_REDIRECTS, "documents that only redirect")
    return None


async def obtain(leg: Leg, source: Source) -> Element:
    """The document of a source; relative addresses count from it then."""
    if not source.url:
        return parse(source.twiml)
    answer = await fetch(leg, source)
    leg.document_url = source.url.partition("#")[0]
    if not answer.good:
        raise DocumentError(answer.code, f"{answer.reason} from {source.url}")
    leg.document_url = answer.url or leg.document_url
    return document_of(answer.body, answer.content_type)


async def fetch(leg: Leg, source: Source) -> Answer:
    """Ask the service; the request runs to its end even if the call ends or moves meanwhile."""
    parameters = voice_parameters(leg.carrier.settings.account_sid, leg.record) | source.extra
    request: asyncio.Task[Answer] = leg.carrier.spawn(
        leg.carrier.webhooks.send("voice-webhook", source.url, source.method, parameters, leg.cookies)
    )
    leg.note("request", url=source.url, status=parameters["CallStatus"], **source.extra)
    answer = await asyncio.shield(request)
    leg.note("response", url=source.url, answer=answer.status, code=answer.code, tries=answer.tries)
    return answer


async def _perform(leg: Leg, document: Element, place: Place) -> Source | None:
    check_known(leg.carrier.profile, document)
    verbs, warnings = inspect(document, _KNOWN)
    for warned in warnings:
        warn(leg, warned.code, warned.detail)
    for position, element in enumerate(verbs):
        refusal = place.refusal(element.tag)
        if refusal is not None:
            if codes.CODES[refusal].level == codes.ERROR or place is CONFERENCE_WAIT:
                raise DocumentError(refusal, f"{element.tag} in a {place.name} document")
            warn(leg, refusal, f"{element.tag} in a {place.name} document")
            continue
        if not _keeps_ringing(element, position):
            answer_inbound(leg)
        leg.note("verb", verb=element.tag, attributes=dict(element.attrib))
        following = await VERBS[element.tag](leg, element)
        if following is not None:
            return following
    answer_inbound(leg)
    return None


def _keeps_ringing(element: Element, position: int) -> bool:
    """What leaves an inbound call unanswered: Reject, and first in its document a Dial that answers when it
    bridges, or a Pause: "if it is the first verb, Twilio waits the specified seconds before picking up".
    """
    if element.tag == "Reject":
        return True
    bridges = element.tag == "Dial" and flag(element, "answerOnBridge", False)
    return position == 0 and (bridges or element.tag == "Pause")


def notify(leg: Leg, problem: DocumentError) -> None:
    """Keep what stopped a document."""
    known = codes.CODES.get(problem.code)
    level = known.level if known is not None else codes.ERROR
    leg.note("notification", code=problem.code, level=level, message=problem.message)


def _fallback(leg: Leg, problem: DocumentError) -> Source:
    options = leg.record.options
    extra = {"ErrorCode": str(problem.code), "ErrorUrl": leg.document_url}
    return Source(options.fallback_url, options.fallback_method, extra=extra)


async def _apologise(leg: Leg) -> None:
    answer_inbound(leg)
    leg.note("said", text=APOLOGY)
    await leg.say(APOLOGY, seconds_of(APOLOGY))

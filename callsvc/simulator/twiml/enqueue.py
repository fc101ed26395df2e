"""Enqueue: the call waits in a queue until it is dialled, leaves, is moved or hangs up.

"QueueResult: bridged, bridging-in-process, error, hangup, leave, redirected, redirected-from-bridged,
queue-full, system-error. The action is requested right away when the call leaves the queue, but once the
bridged parties disconnect when it was dialled. QueueSid and QueueTime only if it was enqueued." A call that
was moved or hung up does nothing with what the action answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.waiting import first_event
from callsvc.simulator.queues.queue import LONGEST_NAME, Member, queue_named
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.document import text_of
from callsvc.simulator.twiml.errors import DocumentError, HangUp, LeaveQueue
from callsvc.simulator.twiml.holding import play_over_and_over
from callsvc.simulator.twiml.places import QUEUE_WAIT, QUEUE_WHISPER
from callsvc.simulator.twiml.where import source_at
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.parameters import voice_parameters


async def enqueue(leg: Leg, element: Element) -> Source | None:
    """Wait; then the action is asked, or without one the next verb runs."""
    home = leg.document_url
    queue = queue_named(leg.carrier, _name(element))
    if queue.full:
        return _onward(leg, element, {"QueueResult": "queue-full"})
    member = leg.queued = queue.enter(leg)
    leg.note("enqueued", queue=queue.name, position=member.position)
    visit = _Visit(leg, element, member)
    try:
        result = await visit.stay()
    except (asyncio.CancelledError, HangUp):
        leg.document_url = home
        visit.tell_beside()
        raise
    finally:
        queue.leave(member)
        leg.queued = None
        member.gone.set()
    leg.document_url = home
    leg.note("left-queue", queue=queue.name, result=result)
    return _onward(leg, element, visit.told(result))


def _name(element: Element) -> str:
    name = text_of(element) if element.find("Task") is None else ""
    if not name and element.get("workflowSid"):
        return element.get("workflowSid", "")
    if not name:
        raise DocumentError(codes.QUEUE_NAME_SHORT)
    if len(name) > LONGEST_NAME:
        raise DocumentError(codes.QUEUE_NAME_LONG, name)
    return name


def _onward(leg: Leg, element: Element, told: dict[str, str]) -> Source | None:
    action = element.get("action")
    return source_at(leg, action, element.get("method"), **told) if action else None


class _Visit:
    """One stay in a queue, and where in it the call is: waiting, being called out, or talking."""

    def __init__(self, leg: Leg, element: Element, member: Member) -> None:
        self._leg = leg
        self._element = element
        self._member = member
        self._waited: int | None = None
        address = element.get("waitUrl")
        self._wait = source_at(leg, address, element.get("waitUrlMethod")) if address else None

    async def stay(self) -> str:
        """Until the call is out; the answer is the QueueResult."""
        from callsvc.simulator.twiml.script import notify  # a script runs verbs, and this is one

        try:
            await self._until_called()
        except LeaveQueue:
            return "leave"
        except DocumentError as problem:
            notify(self._leg, problem)
            return "error"
        self._waited = self._member.waited
        return await self._talk()

    def told(self, result: str) -> dict[str, str]:
        """The parameters of the action."""
        waited = self._member.waited if self._waited is None else self._waited
        sid = self._member.queue.sid
        return {"QueueResult": result, "QueueSid": sid, "QueueTime": str(waited)}

    def tell_beside(self) -> None:
        """The call is gone from here: the action hears why, and its answer is of no use."""
        leg, element = self._leg, self._element
        action = element.get("action")
        if not action:
            return
        moved = leg.moved is not None and not leg.over.is_set()
        if self._member.bridged.is_set():
            result = "redirected-from-bridged" if moved else "bridged"
        elif self._member.called.is_set():
            result = "bridging-in-process"
        else:
            result = "redirected" if moved else "hangup"
        source = source_at(leg, action, element.get("method"), **self.told(result))
        parameters = voice_parameters(leg.carrier.settings.account_sid, leg.record) | source.extra

        def note(url: str, sent: Mapping[str, str], answer: Answer) -> None:
            leg.note("queue-action", url=url, result=sent["QueueResult"], answer=answer.status)

        leg.carrier.post_once("voice-webhook", source.url, source.method, parameters, note)

    async def _until_called(self) -> None:
        music = asyncio.ensure_future(self._play())
        called = asyncio.ensure_future(self._member.called.wait())
        try:
            await asyncio.wait({music, called}, return_when=asyncio.FIRST_COMPLETED)
            if music.done():
                music.result()
        finally:
            music.cancel()
            called.cancel()

    async def _play(self) -> None:
        if self._wait is None:
            await asyncio.Event().wait()  # the vendor's music, which is not fetched
        await play_over_and_over(self._leg, self._source, QUEUE_WAIT)

    def _source(self) -> Source:
        member, queue = self._member, self._member.queue
        wait = self._wait or Source()
        told = {
            "QueueSid": queue.sid,
            "QueuePosition": str(member.position),
            "QueueTime": str(member.waited),
            "AvgQueueTime": str(queue.average_wait),
            "CurrentQueueSize": str(len(queue.members)),
            "MaxQueueSize": str(queue.max_size),
        }
        return Source(wait.url, wait.method, extra=told)

    async def _talk(self) -> str:
        from callsvc.simulator.twiml.script import notify, run  # as above

        leg, member = self._leg, self._member
        if member.whisper is not None:
            try:
                await run(leg, member.whisper, QUEUE_WHISPER)
            except DocumentError as problem:
                notify(leg, problem)
        if member.released.is_set():
            return "bridged"
        member.bridged.set()
        if leg.voice is not None:
            leg.voice.bridge(True)
        try:
            await first_event(member.released)
        finally:
            if leg.voice is not None and not leg.over.is_set():
                leg.voice.bridge(False)
        return "bridged"

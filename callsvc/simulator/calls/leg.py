"""One live call leg: its record, the person on it, the document it follows, and what may happen to it.

Everything that ends or moves a leg goes through `end` and `redirect`, from wherever it comes (a person, the
REST interface, a verb, a conference, a time limit), so that the status, the ledger and the callbacks agree.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from callsvc.simulator.calls.gathering import Gathering
from callsvc.simulator.calls.progress import post_progress
from callsvc.simulator.calls.record import CallRecord
from callsvc.simulator.clock import Timer
from callsvc.simulator.ledger.calls import save_call
from callsvc.simulator.people.company import tell_company
from callsvc.simulator.people.phone import react_to_call
from callsvc.simulator.people.voice import Voice
from callsvc.simulator.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from callsvc.simulator.calls.room import Stay
    from callsvc.simulator.calls.side_streams import SideStream
    from callsvc.simulator.carrier import Carrier
    from callsvc.simulator.queues.queue import Member
    from callsvc.simulator.recordings.recorder import Recorder

_PRICE_A_MINUTE = 0.014


@dataclass(frozen=True)
class Source:
    """Where the next document is: an address to fetch with extra parameters, or the TwiML itself."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    extra: dict[str, str] = field(default_factory=dict)


class Leg:
    """A leg while it lives; afterwards only its record in the ledger remains."""

    def __init__(self, carrier: Carrier, record: CallRecord, first: Source) -> None:
        self.carrier = carrier
        self.record = record
        self.first = first
        self.voice: Voice | None = None
        self.outbox = Outbox(carrier, "status-callback")
        self.sequence = 0
        self.gathering: Gathering | None = None
        self.hears_star: asyncio.Event | None = None
        self.document_url = record.options.url
        self.cookies: dict[str, str] = {}  # what the service set during this call
        self.hung_up = False  # by the Hangup verb, or an error
        self.parted = asyncio.Event()  # a dialled leg was moved away from who dialled it
        self.queued: Member | None = None
        self.side_streams: dict[str, SideStream] = {}
        self.recordings_by_name: dict[str, Recorder] = {}
        self.stay: Stay | None = None
        self.ready = asyncio.Event()  # answered by Dial, and past its whisper
        self.joined = asyncio.Event()  # was in a conference
        self.answered = asyncio.Event()
        self.over = asyncio.Event()
        self.moved: Source | None = None
        self.script: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._timers: list[Timer] = []

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after that many lived seconds, unless the leg ends before."""
        self._timers.append(self.carrier.clock.call_later(seconds, action))

    def begin(self, life: Coroutine[Any, Any, None]) -> None:
        """Start living."""
        self.carrier.legs[self.record.sid] = self
        self._task = self.carrier.spawn(life)

    def note(self, kind: str, **facts: Any) -> None:
        """Add a line to the call's timeline."""
        self.carrier.store.note(self.record.sid, self.carrier.clock.now(), kind, facts)

    def enter(self, status: str) -> None:
        """Move on to initiated, ringing or in-progress."""
        now = self.carrier.clock.now()
        record = self.record
        record.status, record.updated_at = status, now
        if status == "initiated":
            record.initiated_at = now
        elif status == "ringing":
            record.ringing_at = now
        elif status == "in-progress":
            record.answered_at = now
            self.answered.set()
        save_call(self.carrier.store, record)
        self.note("status", status=status)
        if status == "in-progress":
            # The service is about to hear of the answer: it must survive the process, or the books differ.
            self.carrier.store.commit()
        post_progress(self)

    def end(self, status: str, by: str) -> None:
        """End the leg now, once. `by`: person, service, carrier or machine."""
        if self.over.is_set():
            return
        self.over.set()
        now = self.carrier.clock.now()
        record = self.record
        record.status, record.updated_at, record.ended_at, record.ended_by = status, now, now, by
        record.duration = 0
        if record.answered_at is not None:
            record.duration = math.ceil(max(0.0, (now - record.answered_at).total_seconds()))
            record.price = f"{-_PRICE_A_MINUTE * math.ceil(record.duration / 60):.5f}"
        record.callback_due = bool(
            record.options.status_callback and "completed" in record.options.status_events
        )
        save_call(self.carrier.store, record)
        self.note("status", status=status, by=by)
        self.carrier.store.commit()
        post_progress(self)
        for stream in list(self.side_streams.values()):
            stream.stop()
        self._part(record)

    def _part(self, record: CallRecord) -> None:
        for timer in self._timers:
            timer.cancel()
        if self.voice is not None:
            self.voice.leave()
        self.carrier.legs.pop(record.sid, None)
        react_to_call(self.carrier, record, self.voice)
        current = asyncio.current_task()
        if self._task is not None and current is not self._task and current is not self.script:
            self._task.cancel()

    def settle_callback(self) -> None:
        """The last status callback was posted: a restart need not post it again."""
        self.record.callback_due = False
        save_call(self.carrier.store, self.record)

    def redirect(self, source: Source) -> None:
        """Leave the present document for another one."""
        self.moved = source
        self.parted.set()
        if self.script is not None:
            self.script.cancel()

    async def say(self, text: str, seconds: float, language: str = "") -> None:
        """Play speech to the person; a key stops it when it prompts for keys."""
        if self.voice is not None:
            self.voice.hear(text, seconds, language)
        try:
            stopped = await self.rest(seconds)
        except asyncio.CancelledError:
            self._hush()
            raise
        if stopped:
            self._hush()

    def _hush(self) -> None:
        if self.voice is not None:
            self.voice.cut()

    async def rest(self, seconds: float) -> bool:
        """Let that many lived seconds pass; true when a key came first."""
        if self.gathering is None:
            await self.carrier.clock.sleep(seconds)
            return False
        return self.gathering.begun or await self.gathering.wait(seconds)

    # What the person does, through their telephone (`people.voice.Line`).

    def press(self, key: str) -> None:
        """The person presses a key; outside a Gather nobody listens, as on the real line."""
        if self.over.is_set():
            return
        self.record.digits += key
        taken = self.gathering is not None and self.gathering.press(key)
        if key == "*" and self.hears_star is not None:
            self.hears_star.set()
            taken = True
        self.note("key", key=key, taken=taken)

    def speak(self, words: str) -> None:
        """The person says something."""
        if not self.over.is_set():
            taken = self.gathering is not None and self.gathering.speak(words)
            self.note("spoke", words=words, taken=taken)
            if self.stay is not None:
                self.stay.speaks(words)
            tell_company(self.carrier, self, words)

    def put_down(self, by: str) -> None:
        """The person, or the machine, hangs up."""
        if self.record.answered_at is not None:
            self.end("completed", by)
        else:
            self.end("canceled" if self.record.direction == "inbound" else "busy", by)

"""The words exchanged between a session and the service: inputs, what is spoken, waits, turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from ivr_flows.effects import Effect, Scalar

Channel = Literal["voice", "sms"]
Verdict = Literal["human", "machine", "fax", "unknown"]
QueueEnd = Literal["connected", "closed", "callback", "unavailable"]
TransferEnd = Literal["connected", "busy", "no-answer", "closed"]
Method = Literal["get", "post"]


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys were pressed, for example ``Keys("1")``; an empty string counts as none."""

    digits: str


@dataclass(frozen=True, slots=True)
class NoKeys:
    """Nothing came in time: the gather timed out, or an SMS question expired."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text answer: an SMS, or recognised speech."""

    text: str


@dataclass(frozen=True, slots=True)
class MachineVerdict:
    """The carrier's late verdict, in its own words; a key pressed before overrides it."""

    answered_by: str


@dataclass(frozen=True, slots=True)
class QueueEnded:
    """The wait for an agent is over.

    Send ``connected`` when the conversation with the agent has ended, whoever hung up.
    """

    how: QueueEnd


@dataclass(frozen=True, slots=True)
class Hangup:
    """The person is gone. Ends every session that has not ended yet."""


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """A transfer is over: ``connected`` when the conversation took place, else why it did not."""

    how: TransferEnd


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording ended. An empty ``sid`` or no ``seconds`` means that nothing was said."""

    sid: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer to a :class:`Fetch`: its HTTP status (0 when there was none) and the values picked."""

    status: int
    values: Mapping[str, Any] = field(default_factory=dict)


Input = Keys | NoKeys | Words | MachineVerdict | QueueEnded | TransferEnded | Recording | Fetched | Hangup


@dataclass(frozen=True, slots=True)
class Spoken:
    """One prompt rendered: plain text (the caller escapes it), and the recording if there is one.

    ``language`` is the language of the text, which is the flow's fallback when the person's own is
    missing; ``voice`` is the carrier's voice name for that language, if the flow names one.
    """

    prompt_id: str
    language: str
    voice: str | None
    text: str
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class AskKeys:
    """Listen for keys while ``prompts`` are spoken; seconds count from their end.

    Words may be said instead of pressing, where the carrier understands speech: give :class:`Words`
    with what it understood. ``words`` are those most likely to be said; free speech names none.
    """

    prompts: tuple[Spoken, ...]
    timeout_s: int
    num_digits: int | None
    finish_on_key: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskWords:
    """Wait for an SMS; after ``expires_s`` seconds give :class:`NoKeys`."""

    expires_s: int


@dataclass(frozen=True, slots=True)
class InQueue:
    """Wait for an agent with ``skill``; offer a callback after a while if the flow says so.

    ``level`` 2: of the back office, whose teams opted in.
    When the person presses ``callback_key`` after the offer, give ``QueueEnded("callback")``.
    """

    skill: str
    wait_prompt: Spoken
    offer_callback_after_s: int | None = None
    callback_prompt: Spoken | None = None
    callback_key: str = "1"
    level: int = 1


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect the call to ``target``, a name in the service's directory, ringing ``timeout_s`` seconds."""

    target: str
    timeout_s: int


@dataclass(frozen=True, slots=True)
class Record:
    """Speak ``prompts``, then record up to ``max_s`` seconds, until silence or ``finish_on_key``."""

    prompts: tuple[Spoken, ...]
    max_s: int
    finish_on_key: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask ``path`` of a host that the service knows by name; :func:`ivr_flows.pick` reads the answer.

    ``into`` maps variables to places in the JSON answer: ``(("answers.status", "data.0.status"),)``.
    """

    method: Method
    host: str
    path: str
    query: Mapping[str, Scalar]
    json: Mapping[str, Scalar]
    timeout_s: int
    into: tuple[tuple[str, str], ...]


Wait = AskKeys | AskWords | InQueue | Transfer | Record | Fetch


@dataclass(frozen=True, slots=True)
class Hop:
    """One exit taken: ``Hop("start", "keys.1", "confirm_birth_year")``; drawn in the funnel.

    ``to`` is the same step for a repeated question and None where the session ended.
    """

    step: str
    exit: str
    to: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange. Say ``spoken``, do ``effects``, then wait as told, or end the call.

    ``state`` is plain JSON and all that ``resume`` needs. ``outcome`` is set if and only if the
    session has ended, and then ``wait`` is None. ``state`` equal to the one resumed means the
    input changed nothing (a verdict that came too late): leave the call as it is.
    """

    state: dict[str, Any]
    spoken: tuple[Spoken, ...] = ()
    effects: tuple[Effect, ...] = ()
    wait: Wait | None = None
    outcome: str | None = None
    path: tuple[Hop, ...] = field(default=())


def normalise_verdict(answered_by: str | None) -> Verdict | None:
    """The carrier's ``AnsweredBy`` as one of four words; what is not known is ``unknown``.

    >>> normalise_verdict("machine_end_beep"), normalise_verdict("human"), normalise_verdict(None)
    ('machine', 'human', None)
    """
    if answered_by is None or answered_by == "":
        return None
    if answered_by.startswith("machine"):
        return "machine"
    return cast(Verdict, answered_by) if answered_by in ("human", "fax") else "unknown"

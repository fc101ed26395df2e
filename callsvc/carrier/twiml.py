"""Instructions for a live call, rendered last and only here.

Everything spoken or put into an attribute passes ``clean``: the vendor's builder escapes markup but lets
control characters and lone surrogates through, and the person called would hear an error instead.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_HINTS = 500  # characters; the vendor takes 500 phrases of 100
_LONGEST_TEXT = 3000  # characters in one Say; the vendor's limit is 4,096


@dataclass(frozen=True)
class Speech:
    """Something to say (``text`` in ``language``) or a recording to play (``audio``, a URL)."""

    text: str
    language: str
    voice: str = ""
    audio: str = ""


def clean(text: str) -> str:
    """Text without what XML 1.0 cannot hold, and not longer than a call can bear."""
    return _ILLEGAL.sub("", text)[:_LONGEST_TEXT]


def _speak(parent: VoiceResponse | Gather, speeches: Iterable[Speech]) -> None:
    for speech in speeches:
        if speech.audio:
            parent.play(clean(speech.audio))
        elif speech.voice:
            parent.say(clean(speech.text), language=clean(speech.language), voice=clean(speech.voice))
        else:
            parent.say(clean(speech.text), language=clean(speech.language))


def say_and_hang_up(speeches: Iterable[Speech]) -> str:
    response = VoiceResponse()
    _speak(response, speeches)
    response.hangup()
    return str(response)


def ask(
    before: Iterable[Speech],
    prompts: Iterable[Speech],
    *,
    action: str,
    timeout_s: int,
    digits: int | None,
    finish_on_key: str,
    listens: bool = False,
    hints: Iterable[str] = (),
    language: str = "",
) -> str:
    """Say ``before``, then ``prompts`` during which a key may be pressed; silence posts to ``action`` too.

    If it ``listens``, words may be said as well, in ``language``; ``hints`` are those most likely to be.
    """
    response = VoiceResponse()
    _speak(response, before)
    options: dict[str, object] = {"input": "dtmf", "timeout": timeout_s, "action": clean(action)}
    if listens:
        options |= {"input": "dtmf speech", "language": clean(language), "speech_timeout": "auto"}
        said = ", ".join(clean(hint).replace(",", " ") for hint in hints)
        options |= {"hints": said[:_LONGEST_HINTS]} if said else {}
    options["finish_on_key"] = clean(finish_on_key)
    if digits:
        options["num_digits"] = digits
    gather = response.gather(action_on_empty_result=True, **options)
    _speak(gather, prompts)
    return str(response)


def wait(speeches: Iterable[Speech], *, action: str, pause_s: int, takes_key: bool) -> str:
    """One round of waiting: say something, be quiet, come back to ``action``; a key ends the round early."""
    response = VoiceResponse()
    if takes_key:
        gather = response.gather(
            input="dtmf", num_digits=1, timeout=pause_s, action=clean(action), action_on_empty_result=True
        )
        _speak(gather, speeches)
    else:
        _speak(response, speeches)
        response.pause(length=pause_s)
        response.redirect(clean(action))
    return str(response)


def record(
    speeches: Iterable[Speech], *, action: str, longest_s: int, finish_on_key: str, quiet_s: int = 5
) -> str:
    """Speak, then record until ``finish_on_key``, ``quiet_s`` of silence or ``longest_s``.

    The carrier does not ask ``action`` when nothing was said, so that the document leads there too.
    """
    response = VoiceResponse()
    _speak(response, speeches)
    response.record(
        action=clean(action),
        max_length=longest_s,
        finish_on_key=clean(finish_on_key),
        timeout=quiet_s,
        play_beep=True,
        trim="do-not-trim",
    )
    response.redirect(clean(action))
    return str(response)


def join_conference(
    name: str,
    *,
    label: str,
    status_url: str,
    before: Iterable[Speech] = (),
    after_url: str = "",
    wait_url: str = "",
    muted: bool = False,
) -> str:
    """Enter a conference that nobody's leaving ends: the service ends calls.

    ``after_url`` is where the call goes on when the conference is over, ``wait_url`` what is heard in it
    before anybody else is there (nothing, when empty).
    """
    response = VoiceResponse()
    _speak(response, before)
    dial = Dial(action=clean(after_url)) if after_url else Dial()
    dial.conference(
        clean(name),
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        beep="false",
        wait_url=clean(wait_url),
        muted=muted,
        participant_label=clean(label),
        status_callback=clean(status_url),
        status_callback_event="start end join leave",
    )
    response.append(dial)
    return str(response)


def transfer(
    number: str,
    *,
    action: str,
    status_url: str,
    caller_id: str,
    ring_s: int,
    longest_s: int,
    before: Iterable[Speech] = (),
) -> str:
    """Connect the call to a number, or to a softphone as ``client:<name>``.

    Whoever answers, is busy or is not there, ``action`` hears of it.
    """
    response = VoiceResponse()
    _speak(response, before)
    dial = Dial(action=clean(action), timeout=ring_s, time_limit=longest_s, caller_id=clean(caller_id))
    softphone = number.removeprefix("client:")
    (dial.number if softphone == number else dial.client)(
        clean(softphone),
        status_callback=clean(status_url),
        status_callback_event="initiated ringing answered completed",
    )
    response.append(dial)
    return str(response)


def say_and_go(speeches: Iterable[Speech], url: str) -> str:
    """Say something and go on at another address."""
    response = VoiceResponse()
    _speak(response, speeches)
    response.redirect(clean(url))
    return str(response)


def hang_up() -> str:
    response = VoiceResponse()
    response.hangup()
    return str(response)


def nothing() -> str:
    return '<?xml version="1.0" encoding="UTF-8"?><Response/>'

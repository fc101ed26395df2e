"""``say-play`` and ``send-message``: what is said and sent."""

from __future__ import annotations

import re

from ivr_flows.importing.draft import MOST_SAID, Step
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import number, raw, text
from ivr_flows.importing.studio.liquid import references
from ivr_flows.importing.studio.maker import Maker
from ivr_flows.importing.studio.states import State

_FILE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,199})(?:\?.*)?")


def say_play(maker: Maker, state: State, entry: Entry) -> None:
    """Words or a recording, as often as ``loop`` says."""
    if text(state.properties, "digits"):
        maker.todo(state, entry, "It plays keys into the call, which a flow of ours does not do.")
        return
    step: Step = {}
    said = spoken(maker, state, entry, step, ask=False)
    if not said:
        entry.note("approximated", "It says nothing.")
    elif times(state, entry) > 1:
        said = (said * times(state, entry))[:MOST_SAID]
    if said:
        step["say"] = one_or_all(said)
    maker.leave(step, state.to("audioComplete", "audiocomplete", "complete"), entry)
    maker.add(state, step)


def send_message(maker: Maker, state: State, entry: Entry) -> None:
    """A message to the person; what goes to somebody else is not ours to send."""
    to = raw(state.properties, "to")
    if to and not _is_person(maker, to):
        maker.todo(
            state, entry, "It writes to somebody else than the person, which a flow of ours does not do."
        )
        return
    step: Step = {}
    body = maker.words(state, entry, step, "body")
    if text(state.properties, "media_url", "mediaUrl", "content_sid", "contentTemplateSid"):
        entry.note("approximated", "Its picture or template is left out; only its words are sent.")
    said = maker.draft.say(maker.step(state), body)
    if not said:
        maker.todo(state, entry, "It sends no words of its own.")
        return
    if maker.by_sms:
        step["say"] = one_or_all(said)
    else:
        step["sms"] = {"prompt": said[0]}
        if len(said) > 1:
            entry.note("approximated", "The text is too long for a message: its end is left out.")
    if state.to("failed", "deliveryFailure") not in (None, state.to("sent")):
        entry.note(
            "approximated", "A message that fails is the service's affair: the exit 'failed' is not taken."
        )
    maker.leave(step, state.to("sent"), entry)
    maker.add(state, step)


def spoken(maker: Maker, state: State, entry: Entry, step: Step, *, ask: bool) -> list[str]:
    """The prompts of a widget that speaks; a question has at least one."""
    language = maker.language(state)
    words = maker.words(state, entry, step, "say", "body", "prompt")
    audio = "" if words else _recording(state, entry)
    make = maker.draft.ask if ask else maker.draft.say
    return make(maker.step(state), words, language, audio)


def one_or_all(prompts: list[str]) -> str | list[str]:
    """Prompts as a step says them: a single one is a word."""
    return prompts[0] if len(prompts) == 1 else prompts


def times(state: State, entry: Entry) -> int:
    """How often a prompt is spoken; without end is once, said in the report."""
    loop = number(state.properties, "loop")
    if loop == 0:
        entry.note("approximated", "It speaks without end; here it speaks once.")
    return max(1, min(MOST_SAID, loop or 1))


def _recording(state: State, entry: Entry) -> str:
    """The file name of a recording; the recording itself must be brought by hand."""
    url = raw(state.properties, "play").strip()
    if not url:
        return ""
    match = _FILE.fullmatch(url.rsplit("/", 1)[-1])
    name = match.group(1) if match and "{" not in url else "recording"
    entry.note("approximated", f"It plays a recording: bring {name} to the service, and write its words.")
    return name


def _is_person(maker: Maker, to: str) -> bool:
    names = {maker.scope.name(found.path) for found in references(to)}
    return names == {"caller.number"}

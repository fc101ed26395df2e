"""From what a flow says to what the carrier speaks."""

from collections.abc import Iterable

from callsvc.carrier import twiml
from callsvc.carrier.twiml import Speech
from ivr_flows import AskKeys, Fetch, InQueue, Record, Spoken, Transfer, Turn

# The carrier wants a region with each language.
LOCALES = {
    "fr": "fr-FR",
    "en": "en-GB",
    "ar": "arb",
    "es": "es-ES",
    "pt": "pt-PT",
    "de": "de-DE",
    "it": "it-IT",
}
# What is heard is named apart where it differs from what is spoken.
_HEARD = {**LOCALES, "ar": "ar-SA"}
_ROUND_S = 8  # lived seconds of quiet in one round of waiting


def speeches(spoken: Iterable[Spoken]) -> list[Speech]:
    return [
        Speech(one.text, LOCALES.get(one.language, one.language), one.voice or "", one.audio or "")
        for one in spoken
    ]


def render(turn: Turn, leg_id: str, next_turn: int, *, listens: bool = False) -> str:
    """TwiML of a turn; keys, silence and waiting rounds come back to the next turn's URL.

    ``listens``: words may be said instead of pressing a key.
    """
    action = f"/webhooks/voice/{leg_id}/{next_turn}"
    match turn.wait:
        case AskKeys(prompts, timeout_s, num_digits, finish_on_key, words):
            language = str(turn.state.get("language") or "fr")
            return twiml.ask(
                speeches(turn.spoken),
                speeches(prompts),
                action=action,
                timeout_s=timeout_s,
                digits=num_digits,
                finish_on_key=finish_on_key,
                listens=listens,
                hints=words,
                language=_HEARD.get(language, language),
            )
        case InQueue() as queue:
            said = [*speeches(turn.spoken), *speeches([queue.wait_prompt])]
            return twiml.wait(said, action=action, pause_s=_ROUND_S, takes_key=False)
        case Record(prompts, max_s, finish_on_key):
            said = [*speeches(turn.spoken), *speeches(prompts)]
            return twiml.record(said, action=action, longest_s=max_s, finish_on_key=finish_on_key)
        case Transfer():  # in the queue of its target; a number is dialled by a document of its own
            return render_quiet(leg_id, next_turn, speeches(turn.spoken))
        case Fetch():
            return render_fetching(leg_id, next_turn, speeches(turn.spoken))
    return twiml.say_and_hang_up(speeches(turn.spoken))


def render_fetching(leg_id: str, next_turn: int, said: Iterable[Speech] = (), *, pause_s: int = 1) -> str:
    """A moment of quiet while another system is asked."""
    action = f"/webhooks/voice/{leg_id}/{next_turn}"
    return twiml.wait(said, action=action, pause_s=pause_s, takes_key=False)


def render_quiet(leg_id: str, next_turn: int, said: Iterable[Speech] = ()) -> str:
    """A round of waiting without words."""
    action = f"/webhooks/voice/{leg_id}/{next_turn}"
    return twiml.wait(said, action=action, pause_s=_ROUND_S, takes_key=False)


def render_round(
    queue: InQueue, leg_id: str, next_turn: int, *, offer: bool, told: Iterable[Speech] = ()
) -> str:
    """One more round of waiting, with the offer of a callback once it is due, else with what is ``told``."""
    action = f"/webhooks/voice/{leg_id}/{next_turn}"
    if offer and queue.callback_prompt is not None:
        return twiml.wait(speeches([queue.callback_prompt]), action=action, pause_s=_ROUND_S, takes_key=True)
    said = [*speeches([queue.wait_prompt]), *told]
    return twiml.wait(said, action=action, pause_s=_ROUND_S, takes_key=False)

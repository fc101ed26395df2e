"""``gather-input-on-call`` and ``send-and-wait-for-reply``: questions."""

from __future__ import annotations

from ivr_flows.importing.draft import MOST_SAID, Step
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import number, seconds
from ivr_flows.importing.studio.keys import Menu
from ivr_flows.importing.studio.maker import Maker
from ivr_flows.importing.studio.scope import answer
from ivr_flows.importing.studio.speaking import one_or_all, spoken, times
from ivr_flows.importing.studio.states import Definition, State

MOST_DIGITS = 20


def gather(maker: Maker, state: State, entry: Entry) -> None:
    """Keys: a menu when a split follows that only looks at them, else digits that are remembered."""
    step: Step = {}
    prompts = spoken(maker, state, entry, step, ask=True)
    if times(state, entry) > 1:
        prompts = prompts * times(state, entry)
    if len(prompts) > 1:
        step["say"] = one_or_all(prompts[:-1][:MOST_SAID])
    menu = maker.menus.get(state.name)
    if menu is not None:
        _menu(maker, state, entry, step, prompts[-1])
    else:
        _digits(maker, state, entry, step, prompts[-1])
    _speech(state, entry, menu)
    maker.add(state, step)


def _menu(maker: Maker, state: State, entry: Entry, step: Step, prompt: str) -> None:
    menu = maker.menus[state.name]
    step["menu"] = {"prompt": prompt, "timeout": seconds(state.properties, "timeout", default=5)}
    step["keys"] = {key: maker.to(to, entry) for key, to in menu.keys.items()}
    _words(maker, entry, step, menu)
    step["on_timeout"] = _silence(maker, state, entry, menu)
    step["on_invalid"] = maker.to(menu.no_match, entry)


def _silence(maker: Maker, state: State, entry: Entry, menu: Menu) -> str:
    """Where no answer leads; into the split, nothing is no match."""
    to = state.to("timeout")
    gone = (menu.split.name, menu.speech.name if menu.speech else menu.split.name)
    return maker.to(menu.no_match if to in gone else to, entry)


def _words(maker: Maker, entry: Entry, step: Step, menu: Menu) -> None:
    words: dict[str, list[str]] = {}
    for word, to in menu.words:
        said = words.setdefault(maker.to(to, entry), [])
        if word not in said:
            said.append(word)
    if words:
        step["words"] = words


def _digits(maker: Maker, state: State, entry: Entry, step: Step, prompt: str) -> None:
    """Studio takes any keys as an answer; ours must be digits, and other keys are an empty answer."""
    into = maker.draft.know(answer(maker.step(state)))
    most = number(state.properties, "number_of_digits", "numDigits", "num_digits")
    numeric = into in maker.scope.numeric
    collect: Step = {"prompt": prompt, "as": "number" if numeric else "digits", "into": into}
    if most and not numeric:
        collect["between"] = [1, min(MOST_DIGITS, most)]
    elif most and most <= 9:
        collect["between"] = [0, 10**most - 1]
    collect["timeout"] = seconds(state.properties, "timeout", default=5)
    if _comes_back(maker.definition, state):
        step.setdefault("set", {})[into] = None
    step["collect"] = collect
    after = state.to("keypress")
    step["on_timeout"] = maker.to(state.to("timeout"), entry)
    step["on_invalid"] = maker.to(after, entry)
    maker.leave(step, after, entry)
    maker.draft.report.say("Where digits are asked for, the keys * and # count as an empty answer.")


def _speech(state: State, entry: Entry, menu: Menu | None) -> None:
    if state.to("speech") is None or (menu and state.to("speech") == menu.split.name):
        return
    if menu and menu.speech:
        if menu.words:
            entry.note("approximated", "Spoken words are understood where the carrier understands speech.")
        return
    entry.note(
        "approximated", "What is said is not understood here, only keys: the exit 'speech' is not taken."
    )


def reply(maker: Maker, state: State, entry: Entry) -> None:
    """A question by message: a menu of words when a split follows that only looks at the answer."""
    menu = maker.menus.get(state.name)
    step: Step = {}
    prompts = spoken(maker, state, entry, step, ask=True)
    if len(prompts) > 1:
        step["say"] = one_or_all(prompts[:-1])
    if menu is None:
        _any_words(maker, state, entry, step, prompts[-1])
        return
    step["menu"] = {"prompt": prompts[-1], **_expiry(state)}
    step["keys"] = _reply_keys(maker, entry, menu)
    _words(maker, entry, step, menu)
    step["on_timeout"] = _silence(maker, state, entry, menu)
    step["on_invalid"] = maker.to(menu.no_match, entry)
    if state.to("timeout"):
        entry.note(
            "approximated",
            "By SMS a question that nobody answers ends the conversation: 'timeout' is not taken.",
        )
    entry.note("approximated", "A word counts wherever it stands in the answer.")
    maker.add(state, step)


def _any_words(maker: Maker, state: State, entry: Entry, step: Step, prompt: str) -> None:
    """Whatever is written is the answer; what reads it comes after."""
    into = maker.draft.know(answer(maker.step(state)))
    step["collect"] = {"prompt": prompt, "as": "speech", "into": into, **_expiry(state)}
    if _comes_back(maker.definition, state):
        step.setdefault("set", {})[into] = None
    maker.leave(step, state.to("incomingMessage"), entry)
    entry.note("approximated", "By SMS a question that nobody answers ends the conversation.")
    maker.add(state, step)


def _expiry(state: State) -> dict[str, int]:
    wait = number(state.properties, "timeout")
    return {"expires": max(60, min(604_800, wait))} if wait else {}


def _reply_keys(maker: Maker, entry: Entry, menu: Menu) -> dict[str, str]:
    """A menu of ours has keys: those of the split, or one for each place that words lead to."""
    keys = {key: maker.to(to, entry) for key, to in menu.keys.items()}
    if keys:
        return keys
    entry.note("approximated", "The answers 1, 2 and so on are taken beside the words.")
    led = list(dict.fromkeys(maker.to(to, entry) for _, to in menu.words))
    return {str(count): to for count, to in enumerate(led, 1)}


def _comes_back(definition: Definition, state: State) -> bool:
    """Whether the question can be asked again: its old answer must not stay then."""
    seen: set[str] = set()
    waiting = list(state.after())
    while waiting:
        name = waiting.pop()
        if name == state.name:
            return True
        if name not in seen and name in definition.states:
            seen.add(name)
            waiting.extend(definition.states[name].after())
    return False

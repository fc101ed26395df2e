"""What people do on the line, by the stepped clock: nothing here waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.simulator.service import OURS

PROMPT = "Bonjour, ici la plateforme de santé. Pour continuer, tapez 1."
SAY = f"<Say language='fr-FR'>{PROMPT}</Say>"
NOWHERE = "action='http://127.0.0.1:9/'"  # nobody listens there: the call ends with an apology
MENU = f"<Response><Gather timeout='30' finishOnKey='' {NOWHERE}>{SAY}</Gather></Response>"
LONG = f"<Response><Gather timeout='60' numDigits='4' {NOWHERE}>{SAY}</Gather></Response>"
THEIRS = "+33639980001"
Telephone = Callable[..., Any]


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(stepped=True) as running:
        yield running


def place(running: RunningSimulator, number: str, twiml: str = MENU, **more: str) -> str:
    account = running.settings.account_sid
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            f"{running.address}/2010-04-01/Accounts/{account}/Calls.json",
            data={"To": number, "From": OURS, "Twiml": twiml, **more},
            auth=(account, running.settings.auth_token),
            timeout=10,
        )
    return str(answer.json()["sid"])


@pytest.fixture
def call(simulator: RunningSimulator) -> Telephone:
    """A call to one person, lived to its end: its entry in the ledger with the timeline."""

    def made(twiml: str = MENU, **facts: Any) -> Any:
        simulator.ask("DELETE", "/people")
        simulator.add_people([{"number": THEIRS, "ring": 1, **facts}])
        sid = place(simulator, THEIRS, twiml)
        simulator.step(until="idle")
        return simulator.call(sid)

    return made


def lines(entry: Any, kind: str) -> list[Any]:
    return [line for line in entry["timeline"] if line["kind"] == kind]


def seconds(entry: Any, kind: str, index: int = 0) -> float:
    """When it happened, in lived seconds after the answer."""
    from datetime import datetime

    answered = datetime.fromisoformat(entry["answered_at"])
    return (datetime.fromisoformat(lines(entry, kind)[index]["at"]) - answered).total_seconds()


def test_a_prompt_in_a_language_not_understood_gets_no_key_and_in_the_end_a_hang_up(call: Telephone) -> None:
    reply = [{"hears": "tapez 1", "press": "1"}]
    assert call(replies=reply, languages=["fr"])["digits"] == "1"
    twice = MENU.replace("<Gather", "<Say language='fr-FR'>Un instant.</Say><Gather")
    lost = call(twice, replies=reply, languages=["en"], baffled={"times": 2, "after": 1})
    assert (lost["digits"], lost["ended_by"]) == ("", "person")
    english = MENU.replace("fr-FR", "en-GB")
    assert call(english, replies=reply, languages=["en"])["digits"] == "1"


def test_a_full_voicemail_hangs_up_after_its_greeting_and_a_short_one_records(call: Telephone) -> None:
    say = "<Response><Pause length='200'/></Response>"
    full, short = call(say, voicemail="full"), call(say, voicemail="short")
    assert (full["ended_by"], full["duration"]) == ("machine", 5)
    assert (short["ended_by"], short["duration"]) == ("machine", 122)


def test_somebody_who_listens_to_the_end_does_not_interrupt(call: Telephone) -> None:
    reply = [{"hears": "bonjour", "press": "1", "after": 0.5}]
    interrupted = call(LONG, replies=reply)
    heard = call(LONG, replies=reply, listens_to_end=True)
    assert seconds(interrupted, "key") < 1.5
    assert seconds(heard, "key") > len(PROMPT) / 15


def test_slow_fingers_take_their_time_between_keys(call: Telephone) -> None:
    entry = call(LONG, replies=[{"hears": "tapez 1", "press": "1980"}], between_keys=2.5)
    gaps = [seconds(entry, "key", index + 1) - seconds(entry, "key", index) for index in range(3)]
    assert entry["digits"] == "1980"
    assert gaps == [2.5, 2.5, 2.5]


def test_a_mistake_presses_another_key(call: Telephone) -> None:
    reply = [{"hears": "tapez 1", "press": "1"}]
    assert call(replies=reply, mistakes={"probability": 1.0, "keys": "7"})["digits"] == "7"
    assert call(replies=reply, mistakes={"probability": 0.0, "keys": "7"})["digits"] == "1"


def test_somebody_speaks_over_the_prompt(call: Telephone) -> None:
    entry = call(says=[{"text": "Allô ?", "after": 1}], hangs_up={"after": 9})
    assert [line["words"] for line in lines(entry, "spoke")] == ["Allô ?"]
    assert seconds(entry, "spoke") == 1.0
    heard = MENU.replace("<Gather", "<Gather input='speech dtmf'")
    assert lines(call(heard, says=[{"text": "oui", "after": 2}]), "gathered")[0]["words"] == "oui"


def test_a_reply_left_to_chance_comes_sometimes() -> None:
    with running_simulator(stepped=True) as running:
        running.add_people(
            [{"prefix": "+", "ring": 1, "replies": [{"hears": "tapez 1", "press": "1", "probability": 0.5}]}]
        )
        sids = [place(running, f"+3363998{index:04d}") for index in range(40)]
        running.step(until="idle")
        pressed = sum(running.call(sid)["digits"] == "1" for sid in sids)
    assert 10 < pressed < 30


def test_the_same_seed_makes_the_same_people_whatever_the_order_and_pace_of_the_calls() -> None:
    """Two calls to each of twelve numbers: at once, and one after the other in another order."""
    numbers = [f"+3363998{index:04d}" for index in range(12)]
    everybody = dict.fromkeys(("cooperative", "hesitant", "elderly-slow", "hurried", "distracted"), 1)
    crowd = [{"prefix": "+", "personas": everybody}]

    def behaviour(running: RunningSimulator) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for entry in running.ledger()["calls"]:
            if entry["direction"] == "outbound-api":
                facts = [entry[name] for name in ("status", "duration", "digits", "ended_by")]
                found.setdefault(entry["to"], []).append(facts)
        return found

    with running_simulator(stepped=True, seed="s") as at_once:
        at_once.add_people(crowd)
        for number in numbers * 2:
            place(at_once, number)
        at_once.step(until="idle")
        first = behaviour(at_once)
    with running_simulator(stepped=True, seed="s", cps=3.0) as one_by_one:
        one_by_one.add_people(crowd)
        for number in reversed(numbers):
            for _ in range(2):
                place(one_by_one, number)
                one_by_one.step(7)
        one_by_one.step(until="idle")
        second = behaviour(one_by_one)
    assert first == second
    assert len({str(facts) for facts in first.values()}) > 6
    with running_simulator(stepped=True, seed="t") as other:
        other.add_people(crowd)
        for number in numbers * 2:
            place(other, number)
        other.step(until="idle")
        assert behaviour(other) != first

"""People who call the national number during the morning, and what they press there."""

import random
import threading
from collections.abc import Callable
from typing import Any, Final

import requests

from callsvc.demo.behaviours import Json

CALLERS: Final = 40
_THEMES: Final = {
    "1": r"résultat d'un test, tapez 1|test result, press 1",
    "2": r"un certificat, tapez 2|a certificate, press 2",
    "3": r"Pour un rendez-vous, tapez 3|For an appointment, press 3",
    "0": r"autre question, tapez 0|other question, press 0",
}


def invent_callers(seed: int) -> list[Json]:
    """Forty callers with numbers reserved for fiction; a few give up after 40 s of waiting."""
    chance = random.Random(seed)  # noqa: S311 - a demonstration must be repeatable
    return [_caller(f"+33199009{place:03d}", chance) for place in range(CALLERS)]


def _caller(number: str, chance: random.Random) -> Json:
    theme = chance.choice(list(_THEMES))
    return {
        "number": number,
        "answers": "human",
        "replies": [
            {"hears": "en français, tapez 1", "press": "1", "after": 1.0},
            {"hears": _THEMES[theme], "press": theme, "after": 1.5},
            {"hears": r"rappelé \w+ \d[^.]{5,80}, tapez 1", "press": "1", "after": 1.5},
            {"hears": "Pour être rappelé, tapez 1", "press": "1", "after": 1.5},
        ],
        "patience": 40 if chance.random() < 0.1 else 300,
        "talk": chance.randrange(60, 240),
    }


class Callers:
    """Rings the platform's number from a thread, spread over the lived seconds given."""

    def __init__(
        self, simulator_url: str, callers: list[Json], *, to: str, over_s: float, speed: float
    ) -> None:
        self._url = f"{simulator_url}/_simulator/calls"
        self._callers = callers
        self._to = to
        self._pause_s = over_s / speed / max(1, len(callers))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="callers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        for caller in self._callers:
            if self._stop.wait(self._pause_s):
                return
            patiently(lambda: self._call(caller["number"]))  # noqa: B023 - called before the next turn

    def _call(self, number: str) -> None:
        requests.post(self._url, json={"from": number, "to": self._to}, timeout=5).raise_for_status()


def patiently(act: Callable[[], Any], tries: int = 50) -> None:
    """Try until it works: the simulator may just be starting again."""
    pause = threading.Event()
    for _ in range(tries):
        try:
            act()
        except requests.RequestException:
            pause.wait(0.2)
        else:
            return

"""Simulated agents at their desks: each uses the same HTTP interface as a real desk, and nothing else.

A thread per agent listens to ``/stream/desk`` and acts on what ``/api/v1/desk/state`` shows: takes most
offers after a moment, lets a few pass, talks, hangs up, wraps up with a disposition, now and then takes a
break. Any process may die under it: a request that fails is tried again, a broken stream is opened again.
"""

import random
import threading
import time
from typing import Any, Final

import requests

from callsvc.demo.country import Desk

REFUSES: Final = 0.03  # of offers: presses reject
MISSES: Final = 0.02  # of offers: does not notice
_LOOK_ANYWAY_S: Final = 10.0
BREAK_AFTER: Final = 0.02  # of conversations
_DISPOSITIONS: Final = {
    "appointment": (("resolved-by-phone", 40), ("confirmed", 35), ("moved", 15), ("unresolved", 10)),
    "": (("reached", 85), ("callback", 10), ("refused", 5)),
}


class Desks:
    """All desks of the demonstration; ``speed`` is lived seconds per real second."""

    def __init__(self, web_url: str, stream_url: str, desks: list[Desk], *, speed: float, seed: int) -> None:
        self._stop = threading.Event()
        self._people = [
            _Person(web_url, stream_url, desk, speed, _chance(seed, desk), self._stop) for desk in desks
        ]

    def start(self) -> None:
        for person in self._people:
            person.start()

    def stop(self) -> None:
        self._stop.set()
        for person in self._people:
            person.stop()


def _chance(seed: int, desk: Desk) -> random.Random:
    return random.Random(f"{seed}:{desk.agent.client}")  # noqa: S311 - repeatable, not unpredictable


class _Person(threading.Thread):
    def __init__(  # noqa: PLR0917 - made in one place only
        self,
        web_url: str,
        stream_url: str,
        desk: Desk,
        speed: float,
        chance: random.Random,
        stop: threading.Event,
    ) -> None:
        super().__init__(name=desk.agent.client, daemon=True)
        self._web = f"{web_url}/api/v1/desk"
        self._stream = f"{stream_url}/stream/desk"
        self._speed = speed
        self._chance = chance
        self._stopped = stop
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {desk.key}"
        self._changed = threading.Event()  # the desk has news
        self._ignored = ""  # the offer this agent does not notice
        self._talking = ""  # the reservation whose conversation is under way...
        self._hang_up_at = 0.0  # ...and when this agent will end it (monotonic)

    def run(self) -> None:
        """Act on what the desk shows, whenever it changes and at least every ten seconds."""
        threading.Thread(target=self._listen, name=f"{self.name}-stream", daemon=True).start()
        self._post("activity", {"activity": "available"})
        while not self._stopped.is_set():
            self._changed.clear()
            if not self._act(self._state()):
                self._changed.wait(_LOOK_ANYWAY_S)

    def stop(self) -> None:
        self._changed.set()
        self.join(timeout=5)

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                with requests.get(
                    self._stream, stream=True, timeout=(2, 15), headers=self._session.headers
                ) as answer:
                    answer.raise_for_status()
                    for line in answer.iter_lines(chunk_size=1):
                        if self._stopped.is_set():
                            return
                        if line.startswith(b"data:"):
                            self._changed.set()
            except requests.RequestException:
                self._stopped.wait(0.2)

    def _state(self) -> dict[str, Any]:
        while not self._stopped.is_set():
            try:
                answer = self._session.get(f"{self._web}/state", timeout=5)
                answer.raise_for_status()
                state: dict[str, Any] = answer.json()
            except requests.RequestException:
                self._stopped.wait(0.2)
            else:
                return state
        return {}

    def _act(self, state: dict[str, Any]) -> bool:
        """Do what the desk shows; True if something was done, so that it is worth another look."""
        if offer := state.get("offer"):
            return self._answer_offer(offer)
        if (talk := state.get("call")) and talk["connected"]:
            return self._talk(talk["reservation_id"])
        if wrap_up := state.get("wrap_up"):
            return self._wrap_up(wrap_up["skill"])
        if state.get("state") == "idle" and state.get("activity") == "break":
            self._live(self._chance.uniform(60, 120))
            return self._post("activity", {"activity": "available"})
        return False

    def _answer_offer(self, offer: dict[str, Any]) -> bool:
        reservation_id = offer["reservation_id"]
        if reservation_id == self._ignored:
            return False
        drawn = self._chance.random()
        if drawn < MISSES:
            self._ignored = reservation_id
            return False
        self._live(self._chance.uniform(2, 6))
        verb = "reject" if drawn < MISSES + REFUSES else "accept"
        return self._post(f"offers/{reservation_id}/{verb}", {})

    def _talk(self, reservation_id: str) -> bool:
        """Talk for a while, then hang up; the contact may do so before."""
        if reservation_id != self._talking:
            self._talking = reservation_id
            seconds = min(600.0, self._chance.lognormvariate(5.1, 0.5))  # mean about 185 s
            self._hang_up_at = time.monotonic() + seconds / self._speed
        left_s = self._hang_up_at - time.monotonic()
        if left_s > 0:
            self._changed.wait(left_s)
            return True
        return self._post("hang-up", {})

    def _wrap_up(self, skill: str) -> bool:
        self._live(self._chance.uniform(10, 30))
        choices = _DISPOSITIONS.get(skill, _DISPOSITIONS[""])
        names, weights = zip(*choices, strict=True)
        done = self._post("disposition", {"disposition": self._chance.choices(names, weights)[0]})
        if self._chance.random() < BREAK_AFTER:
            self._post("activity", {"activity": "break"})
        return done

    def _live(self, seconds: float) -> None:
        self._stopped.wait(seconds / self._speed)

    def _post(self, path: str, body: dict[str, str]) -> bool:
        """True once it was done; False when the desk has moved on meanwhile (409, 404)."""
        while not self._stopped.is_set():
            try:
                answer = self._session.post(f"{self._web}/{path}", json=body, timeout=5)
            except requests.RequestException:
                self._stopped.wait(0.2)
                continue
            if answer.status_code < 500:
                return answer.ok
            self._stopped.wait(0.2)
        return False

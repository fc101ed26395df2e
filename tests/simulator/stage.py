"""Plays conversations: all of them at once in one simulator whose clock is stepped.

Calls are independent of one another, and time passes only when every webhook was answered, so that a hundred
calls of minutes take seconds and always go the same way.
"""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from callsvc.simulator.settings import DEFAULT_AUTH_TOKEN
from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.simulator.service import Reply, Request, Service

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
CALLBACK = (
    "/on-"  # requests to such paths are told in a list of their own: they have no order with the others
)
_ROOM_FOR = 10  # numbers of people for each conversation


@dataclass
class Outcome:
    """What came of one conversation."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    callbacks: list[Request] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    expected: dict[str, Any] = field(default_factory=dict)


class Scene:
    """One conversation on the stage: its numbers, its corner of the service, its steps."""

    def __init__(self, told: dict[str, Any], index: int, stage: Stage) -> None:
        self.index = index
        self.stage = stage
        self.prefix = f"/c{index}"
        self.ours = f"+3319900{index:04d}"
        self.words = {"n": self.ours, "base": stage.service.address + self.prefix, "id": f"x{index}"}
        for number in range(_ROOM_FOR):
            self.words[f"d{number}"] = f"3363998{index * _ROOM_FOR + number:04d}"
            self.words[f"p{number}"] = "+" + self.words[f"d{number}"]
        self.words |= {
            "sixteen": "0123456789abcdef",
            "long": "x" * 4100,
            "huge": "<Say>A sentence of some length.</Say>" * 2000,
        }
        self.told = told
        self.sids: list[str] = []
        self.outcome = Outcome()

    def filled(self, value: Any) -> Any:
        """The value with its $words replaced."""
        if isinstance(value, dict):
            return {key: self.filled(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.filled(entry) for entry in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"\$([a-z]+\d*)", lambda found: self.words.get(found[1], found[0]), value)

    def set(self) -> None:
        """Everything that is there before the first ring."""
        documents = self.filled(self.told.get("documents", {}))
        for path, document in documents.items():
            self.stage.service.documents[self.prefix + path] = self._document(document)
        calls = [self.told, *self.told.get("more", [])]
        people = [
            {"number": self.words[f"p{number}"], "ring": 1.0, **self.filled(call.get("person", {}))}
            for number, call in enumerate(calls)
        ]
        people += [{"ring": 1.0, **self.filled(other)} for other in self.told.get("others", [])]
        self.stage.simulator.add_people(people)
        if "number" in self.told:
            self.stage.simulator.set_number(number=self.ours, **self._absolute(self.told["number"]))

    def _document(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._document(entry) for entry in value]
        if isinstance(value, dict):
            return Reply(**{**value, "body": self._document(value.get("body", ""))})
        return re.sub(r"""(=["']|>)/(?=\w)""", rf"\g<1>{self.prefix}/", value)

    def steps(self) -> list[tuple[float, Any]]:
        """What is done and when, in lived seconds from the beginning; infinity is after the end."""
        calls: list[tuple[float, Any]] = []
        if "send" in self.told or "texts" in self.told or "silent" in self.told:
            calls.append((0.0, self._begin_texts))
        else:
            calls.append((0.0, lambda: self._call(0, self.told)))
        for number, call in enumerate(self.told.get("more", []), 1):
            calls.append((call.get("at", 0.0), lambda number=number, call=call: self._call(number, call)))
        for step in self.told.get("steps", []):
            at = float("inf") if step["at"] == "end" else float(step["at"])
            calls.append((at, lambda step=step: self._step(step)))
        return calls

    def finish(self) -> Outcome:
        """Collect what happened."""
        for request in self.stage.service.under(self.prefix + "/"):
            path = request.path.removeprefix(self.prefix)
            shown = Request(request.method, path, request.url, request.form, request.headers, request.genuine)
            into = self.outcome.callbacks if path.startswith(CALLBACK) else self.outcome.requests
            into.append(shown)
        self.outcome.expected = self.filled(self.told["expect"])
        self.outcome.calls = [self.stage.simulator.call(sid) for sid in self.sids]
        return self.outcome

    def _call(self, number: int, call: dict[str, Any]) -> None:
        if "inbound" in call:
            asked = {"from": self.words[f"p{number}"], "to": self.ours, **(call["inbound"] or {})}
            sid = str(self.stage.simulator.ask("POST", "/calls", asked)["sid"])
        else:
            form = {"To": self.words[f"p{number}"], "From": self.ours, "Url": f"{self.words['base']}/voice"}
            form |= self._absolute(call.get("create") or {})
            answer = self.stage.rest("POST", "/Calls.json", {k: v for k, v in form.items() if v is not None})
            wanted = call.get("refused")
            if wanted is not None or "sid" not in answer:
                if answer.get("code") != wanted:
                    self.outcome.wrong.append(f"create: {answer}")
                return
            sid = answer["sid"]
        self.sids.append(sid)
        self.words[f"c{number}"] = sid

    def _begin_texts(self) -> None:
        for text in self.told.get("texts", []):
            asked = {"from": self.words["p0"], "to": text.get("to", self.ours), "body": text["body"]}
            sid = self.stage.simulator.ask("POST", "/messages", asked)["sid"]
            self.words[text.get("as", "text")] = sid
        for message in self.told.get("send", []):
            form = {"To": self.words["p0"], "From": self.ours, **self._absolute(message["form"])}
            answer = self.stage.rest(
                "POST", "/Messages.json", {k: v for k, v in form.items() if v is not None}
            )
            if answer.get("code") != message.get("refused"):
                self.outcome.wrong.append(f"send: {answer}")
            self.words[message.get("as", "sent")] = str(answer.get("sid"))
            self._compare(message.get("answers", {}), answer)

    def _step(self, step: dict[str, Any]) -> None:
        sid = self.words.get(f"c{step.get('call', 0)}", "")
        if "press" in step:
            self.stage.simulator.press(sid, str(step["press"]))
        elif "hangup" in step:
            self.stage.simulator.hang_up(sid)
        elif "text" in step:
            self.stage.simulator.text_in(self.words["p0"], self.ours, step["text"])
        elif "call_in" in step:
            self._call(step["call_in"], {"inbound": {}})
        else:
            method, _, path = self.filled(step["rest"]).partition(" ")
            answer = self.stage.rest(method, path, self._absolute(step.get("form", {})))
            for word, where in step.get("keeps", {}).items():
                self.words[word] = str(_at(answer, where))
            self._compare(step.get("answers", {}), answer)

    def _compare(self, wanted: dict[str, Any], answer: Any) -> None:
        for where, value in self.filled(wanted).items():
            found = _at(answer, where)
            if found != value:
                self.outcome.wrong.append(f"{where}: {found!r}, not {value!r}")

    def _absolute(self, form: dict[str, Any]) -> dict[str, Any]:
        """Values filled in, and paths made addresses of the service."""
        return {
            key: self.words["base"] + value if isinstance(value, str) and value.startswith("/") else value
            for key, value in self.filled(form).items()
        }


class Stage:
    """A simulator and a service, and the conversations played between them."""

    def __init__(self, simulator: RunningSimulator, service: Service) -> None:
        self.simulator = simulator
        self.service = service

    def rest(self, method: str, path: str, form: dict[str, Any]) -> Any:
        """One request to the carrier's interface: its JSON, with `status` of HTTP as `http`."""
        settings = self.simulator.settings
        address = f"{self.simulator.address}/2010-04-01/Accounts/{settings.account_sid}{path}"
        data = urlencode(form, doseq=True).encode() if method == "POST" else None
        request = urllib.request.Request(address, data=data, method=method)
        who = base64.b64encode(f"{settings.account_sid}:{settings.auth_token}".encode()).decode()
        request.add_header("Authorization", f"Basic {who}")
        try:
            with _OPENER.open(request, timeout=30) as response:
                return {"http": response.status, **json.loads(response.read() or b"{}")}
        except HTTPError as problem:
            with problem:
                return {"http": problem.code, **json.loads(problem.read())}

    def play(self, scenes: list[Scene]) -> list[Outcome]:
        """Every scene at once, from the first ring until nothing is planned any more."""
        for scene in scenes:
            scene.set()
        now = 0.0
        steps = sorted(((at, step) for scene in scenes for at, step in scene.steps()), key=lambda one: one[0])
        for at, step in steps:
            if at == float("inf") and now != at:
                self.simulator.step()
            elif at > now:
                self.simulator.step(at - now)
            now = at
            step()
        self.simulator.step()
        return [scene.finish() for scene in scenes]


def play_all(conversations: list[dict[str, Any]]) -> dict[str, Outcome]:
    """Every conversation by its claim; those that want the same settings share a simulator."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for told in conversations:
        groups.setdefault(json.dumps(told.get("settings", {}), sort_keys=True), []).append(told)
    outcomes: dict[str, Outcome] = {}
    for settings, group in groups.items():
        wanted = {"cps": 1e6, **json.loads(settings)}
        service = Service(DEFAULT_AUTH_TOKEN)
        try:
            with running_simulator(stepped=True, **wanted) as simulator:
                stage = Stage(simulator, service)
                scenes = [Scene(told, index, stage) for index, told in enumerate(group)]
                for told, outcome in zip(group, stage.play(scenes), strict=True):
                    outcomes[told["claim"]] = outcome
        finally:
            service.stop()
    return outcomes


def _at(answer: Any, where: str) -> Any:
    for step in where.split("."):
        try:
            answer = answer[int(step)] if isinstance(answer, list) else answer.get(step)
        except (IndexError, AttributeError):
            return None
    return answer

"""``http: {host: lab, path: /results, json: {...}, into: {answers.status: data.status}}``: ask elsewhere.

A flow names a host; the service knows its address and whether it may be asked. Values are literal,
or ``{expr: "contact.birth_year"}``. Whatever goes wrong leaves by ``on_error``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ivr_flows.effects import Scalar
from ivr_flows.expressions import Expression
from ivr_flows.saying import say
from ivr_flows.steps.action import Action, Exit, Go, Move, Need, Node, Pause, StepInvalid
from ivr_flows.steps.set import computed, read_value
from ivr_flows.text import plain
from ivr_flows.turns import Fetch, Fetched, Input, Method

if TYPE_CHECKING:
    from ivr_flows.run import Run

Fields = tuple[tuple[str, Scalar | Expression], ...]


@dataclass(frozen=True, slots=True)
class Http(Action):
    """``into`` pairs each variable with the place of its value in the answer."""

    method: Method
    host: str
    path: str
    query: Fields
    json: Fields
    timeout_s: int
    into: tuple[tuple[str, str], ...]
    on_error: str

    asks = True

    @classmethod
    def read(cls, _name: str, step: Node) -> Http:
        node: Node = step["http"]
        if "on_error" not in step:
            raise StepInvalid(("http",), say("a request without on_error"), say("add on_error: and a step"))
        if "json" in node and node.get("method", "get") == "get":
            raise StepInvalid(
                ("http", "json"), say("get sends no body"), say("write method: post, or query:")
            )
        return cls(
            method=node.get("method", "get"),
            host=node["host"],
            path=node["path"],
            query=_fields(node, "query"),
            json=_fields(node, "json"),
            timeout_s=node.get("timeout", 5),
            into=tuple(sorted(node.get("into", {}).items())),
            on_error=step["on_error"],
        )

    def enter(self, run: Run) -> Move:
        return self.again(run)

    def hears(self, given: Input) -> bool:
        return isinstance(given, Fetched)

    def again(self, run: Run) -> Move:
        query, json = _valued(self.query, run), _valued(self.json, run)
        return Pause(Fetch(self.method, self.host, self.path, query, json, self.timeout_s, self.into))

    def answer(self, run: Run, given: Input) -> Move:
        if not isinstance(given, Fetched) or not 200 <= given.status < 300:
            return Go("on_error", self.on_error)
        for name, _ in self.into:
            run.set(name, scalar(given.values.get(name)))
        return None

    def exits(self) -> tuple[Exit, ...]:
        return (Exit("on_error", self.on_error),)

    def reads(self) -> frozenset[str]:
        values = (value for _, value in (*self.query, *self.json))
        return frozenset().union(*(value.names for value in values if isinstance(value, Expression)))

    def writes(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.into)

    def needs(self) -> tuple[Need, ...]:
        return (Need("host", self.host, ("http", "host")),)


def pick(fetch: Fetch, document: Any) -> dict[str, Scalar]:
    """The values a fetch asks for, out of the JSON that was answered; what is not there is None.

    >>> fetch = Fetch("get", "lab", "/r", {}, {}, 5, (("answers.status", "data.0.status"),))
    >>> pick(fetch, {"data": [{"status": "ready"}]})
    {'answers.status': 'ready'}
    """
    return {name: scalar(_at(document, place)) for name, place in fetch.into}


def scalar(value: Any) -> Scalar:
    """One plain value; a list or a mapping is none."""
    value = plain(value)
    return value if isinstance(value, str | int | float | bool) else None


def _at(document: Any, place: str) -> Any:
    for part in place.split("."):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def _fields(node: Node, key: str) -> Fields:
    written: Node = node.get(key, {})
    return tuple((name, read_value(written[name], ("http", key, name, "expr"))) for name in sorted(written))


def _valued(fields: Fields, run: Run) -> dict[str, Scalar]:
    return {name: computed(value, run) for name, value in fields}

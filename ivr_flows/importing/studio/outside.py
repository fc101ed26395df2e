"""Widgets that reach outside the flow: other systems, functions, other flows."""

from __future__ import annotations

import copy
import re
from typing import Any

from ivr_flows.importing.draft import Step
from ivr_flows.importing.hosts import address, flat, listed
from ivr_flows.importing.names import kebab_name, variable_name
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import NotExpressible, items, raw, text
from ivr_flows.importing.studio.maker import Maker
from ivr_flows.importing.studio.states import State

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_PLACE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
MOST_FIELDS = 20
ACTIONS = frozenset(
    {"set", "suppress", "appointment", "sms", "say", "queue", "transfer", "callback", "http", "flow"}
)
"""What a function may be mapped to: the parts of a step that need no exits of their own."""


def http_request(maker: Maker, state: State, entry: Entry) -> None:
    """A request to a host that the service knows by name."""
    url = raw(state.properties, "url")
    host, path, query = address(url, maker.options)
    request: Step = {"host": host, "path": path}
    method = raw(state.properties, "method").strip().lower() or "get"
    if method not in ("get", "post"):
        raise NotExpressible(f"Its method is {method[:10]}; a flow of ours has get and post.")
    _fill(maker, state, request, method, query)
    into = _into(maker, state)
    if into:
        request["into"] = into
    entry.note("approximated", listed(url, host))
    if state.properties.get("add_twilio_auth"):
        entry.note(
            "approximated", "It signs with the carrier's credentials; the service signs in its own way."
        )
    step: Step = {"http": request, "on_error": maker.to(state.to("failed", "fail"), entry)}
    maker.leave(step, state.to("success"), entry)
    maker.add(state, step)


def _fill(maker: Maker, state: State, request: Step, method: str, query: str) -> None:
    entry = maker.entries[state.name]
    asked = [tuple(pair.partition("=")[::2]) for pair in query.split("&") if pair]
    given = [
        (raw(p, "key"), raw(p, "value"))
        for p in items(state.properties.get("parameters"))
        if isinstance(p, dict)
    ]
    body = raw(state.properties, "body").strip()
    if method == "get":
        if body:
            entry.note("approximated", "A get sends no body here: it is left out.")
        asked += given
    else:
        request["method"] = "post"
        as_form = "form" in raw(state.properties, "content_type", "contentType")
        if as_form and given:
            body = ""  # a form is made of its parameters; a body beside them is left from before
        sent = flat(body) if body else given
        if sent and not body:
            entry.note("approximated", "Its parameters are sent as JSON, not as a form.")
        if sent:
            request["json"] = _fields(maker, sent)
    if asked:
        request["query"] = _fields(maker, asked)


def _fields(maker: Maker, pairs: list[Any]) -> dict[str, Any]:
    """Names and values, each constant or one variable; raises :class:`NotExpressible`."""
    if len(pairs) > MOST_FIELDS or not all(_FIELD.fullmatch(str(key)) for key, _ in pairs):
        raise NotExpressible("It sends too many values, or one whose name a flow of ours cannot write.")
    return {
        str(key): maker.scope.value(value, "") if isinstance(value, str) else _constant(value)
        for key, value in pairs
    }


def _constant(value: Any) -> Any:
    return value if isinstance(value, int | float | bool) or value is None else str(value)


def _into(maker: Maker, state: State) -> dict[str, str]:
    """Every value of the answer that the flow reads somewhere."""
    found: dict[str, str] = {}
    for path in maker.scope.read.get(state.name, ()):
        place = ".".join(path[3:])
        if path[2] == "parsed" and _PLACE.fullmatch(place) and len(place) <= 200 and len(found) < MOST_FIELDS:
            found[maker.scope.variable(path)] = place
    return found


def run_function(maker: Maker, state: State, entry: Entry) -> None:
    """A function of the user's table, else a todo: only its author knows what it does."""
    url = raw(state.properties, "url", "function_url").strip()
    known = maker.options.functions
    name = url.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
    given = next((known[key] for key in (state.name, url, name) if key in known), None)
    if given is None:
        maker.todo(
            state,
            entry,
            f"It runs the function {(name or state.name)[:80]!r}: name what does the same under functions.",
        )
        return
    unknown = set(given) - ACTIONS
    if unknown:
        raise NotExpressible(f"The table maps it to {sorted(unknown)[0]!r}, which is no action of a step.")
    step: Step = copy.deepcopy(dict(given))
    failed = maker.to(state.to("fail", "failed"), entry)
    for part, exit_ in (
        ("http", "on_error"),
        ("queue", "on_closed"),
        ("transfer", "on_closed"),
        ("flow", "otherwise"),
    ):
        if part in step:
            step[exit_] = failed
    if "flow" in step:
        step["otherwise"] = maker.to(state.to("success"), entry)
    else:
        maker.leave(step, state.to("success"), entry)
    entry.note("approximated", "The function is replaced by what the table says.")
    maker.add(state, step)


def run_subflow(maker: Maker, state: State, entry: Entry) -> None:
    """Another flow inside this one; its parameters become shared answers."""
    parameters = [p for p in items(state.properties.get("parameters")) if isinstance(p, dict)]
    named = next((raw(p, "value") for p in parameters if raw(p, "key") == "subflowName"), "")
    sid = text(state.properties, "flow_sid", "flowSid", "flow")
    known = maker.options.flows
    flow = known.get(sid) or known.get(named) or kebab_name(named or state.name, "flow")
    if not (known.get(sid) or known.get(named)):
        entry.note(
            "approximated", f"The flow {sid or named!r} must be here as {flow}, or be named under flows."
        )
    values = {}
    for parameter in parameters:
        key = raw(parameter, "key")
        if key and key != "subflowName":
            name = maker.draft.know(variable_name("data", key))
            values[name] = maker.scope.value(raw(parameter, "value"), name)
    step: Step = {"set": values} if values else {}
    step["flow"] = flow
    failed = maker.target(state.to("failed"), entry)
    if failed:
        step["outcomes"] = {"flow-broken": failed}
    step["otherwise"] = maker.to(state.to("completed"), entry)
    maker.add(state, step)

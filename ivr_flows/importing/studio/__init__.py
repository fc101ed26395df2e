"""A flow of Twilio Studio, as its JSON definition, as a flow of ours and a report on every state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr_flows.importing.draft import LIMITS, Draft, Step
from ivr_flows.importing.names import kebab_name, plain_name
from ivr_flows.importing.options import Options
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import NotExpressible
from ivr_flows.importing.studio.asking import gather, reply
from ivr_flows.importing.studio.calling import connect_call, enqueue, make_call, record_call, voicemail
from ivr_flows.importing.studio.deciding import set_variables, split
from ivr_flows.importing.studio.keys import menus, swallowed
from ivr_flows.importing.studio.leftovers import left_out
from ivr_flows.importing.studio.maker import Maker
from ivr_flows.importing.studio.outside import http_request, run_function, run_subflow
from ivr_flows.importing.studio.scope import Scope
from ivr_flows.importing.studio.speaking import say_play, send_message
from ivr_flows.importing.studio.states import TRIGGERS, Definition, State, read_definition

Widget = Callable[[Maker, State, Entry], None]

WIDGETS: Mapping[str, Widget] = {
    "say-play": say_play,
    "gather-input-on-call": gather,
    "split-based-on": split,
    "set-variables": set_variables,
    "send-message": send_message,
    "send-and-wait-for-reply": reply,
    "connect-call-to": connect_call,
    "enqueue-call": enqueue,
    "send-to-flex": enqueue,
    "record-voicemail": voicemail,
    "record-call": record_call,
    "make-outgoing-call": make_call,
    "make-outgoing-call-v1": make_call,
    "make-outgoing-call-v2": make_call,
    "make-http-request": http_request,
    "run-function": run_function,
    "run-subflow": run_subflow,
}
"""Every widget that becomes something; all others become a ``todo``."""

UNTRANSLATED = {
    "capture-payments": "It takes payments, which this service does not.",
    "connect-virtual-agent": "It hands the call to a virtual agent, which this service does not have.",
    "connect-virtual-agent-v2": "It hands the call to a virtual agent, which this service does not have.",
    "fork-stream": "It streams the sound of the call elsewhere, which this service does not.",
    "send-to-autopilot": "It hands the person to a robot that is no longer offered.",
    "send-to-auto-pilot": "It hands the person to a robot that is no longer offered.",
    "add-twiml-redirect": "It leaves the flow for a document of another server, and may come back.",
    "search-for-conversation": "It looks for a chat conversation, which this service does not have.",
    "add-segment": "It records an event in a customer data platform, which this service does not have.",
}
VOICE = frozenset(
    {
        "say-play",
        "gather-input-on-call",
        "connect-call-to",
        "record-voicemail",
        "enqueue-call",
        "capture-payments",
    }
)
CALLS = ("incomingCall",)
MESSAGES = ("incomingMessage", "incomingConversationMessage")
REQUESTS = ("incomingRequest", "incomingParent")


def make_studio(data: Mapping[str, Any], options: Options) -> Draft:
    """The flow in the making; raises :class:`ImportRefused` when there are no states."""
    definition = read_definition(data)
    title = definition.description or "Imported flow"
    draft = Draft(
        id=options.id or kebab_name(title, "imported"),
        title=title[:200],
        languages=list(options.languages) or ["en"],
    )
    if not options.languages:
        draft.report.say("No language was given: the texts stand as en.")
    _address(draft, definition)
    steps = {
        state.name: draft.step_names.give(plain_name(state.name))
        for state in definition.states.values()
        if not _is_trigger(state)
    }
    scope = Scope.of(draft, definition, steps, options.names)
    found = menus(definition, scope)
    gone = swallowed(found)
    kept = {name: step for name, step in steps.items() if name not in gone}
    entries = {s.name: draft.report.entry(s.name, s.type) for s in definition.states.values()}
    maker = Maker(draft, scope, definition, options, kept, entries, found)
    _start(maker)
    for state in definition.states.values():
        if state.name in gone:
            entries[state.name].step = steps[gone[state.name]]
            entries[state.name].note("kept", "Its branches are the keys and words of the question before it.")
        elif not _is_trigger(state):
            _make(maker, state)
    _leftovers(draft, definition)
    return draft


def _make(maker: Maker, state: State) -> None:
    entry = maker.entries[state.name]
    widget = WIDGETS.get(state.type)
    if widget is None:
        maker.todo(state, entry, UNTRANSLATED.get(state.type, f"The widget {state.type} is unknown here."))
        return
    before = set(maker.draft.steps)
    try:
        widget(maker, state, entry)
    except NotExpressible as reason:
        maker.todo(state, entry, str(reason))
    led = [(t.event, maker.steps[t.next]) for t in state.transitions if t.next and t.next in maker.steps]
    maker.draft.lost(before, led, entry)
    left_out(state, entry)


def _is_trigger(state: State) -> bool:
    return state.type.lower() in TRIGGERS


def _address(draft: Draft, definition: Definition) -> None:
    """The channels and the direction, from what starts the flow, else from what its widgets do."""
    start = definition.start
    trigger = start if start and _is_trigger(start) else None
    speaks = any(
        state.type in VOICE or state.type.startswith("make-") for state in definition.states.values()
    )
    called = bool(trigger and trigger.to(*CALLS))
    written = bool(trigger and trigger.to(*MESSAGES))
    asked = bool(trigger and trigger.to(*REQUESTS))
    voice = called or (speaks and (asked or not written))
    writes = written or not voice
    draft.channels = [name for name, has in (("voice", voice), ("sms", writes)) if has]
    if asked:
        draft.direction = "both" if called or written else "outbound"


def _start(maker: Maker) -> None:
    """The trigger: where calls, messages and requests begin."""
    start = maker.definition.start
    if start is None:
        return
    comment = f"{start.name} ({start.type})"
    if not _is_trigger(start):
        maker.draft.add("start", {"next": maker.to(start.name, maker.entries[start.name])}, comment)
        return
    entry = maker.entries[start.name]
    entry.step = maker.draft.add("start", _first(maker, start, entry), comment)


def _first(maker: Maker, start: State, entry: Entry) -> Step:
    called, written, asked = (maker.target(start.to(*each), entry) for each in (CALLS, MESSAGES, REQUESTS))
    cases = []
    if written and called and written != called:
        cases.append({"when": "session.channel == 'sms'", "next": written})
    usual = called or written or asked
    if asked and asked != usual:
        cases.append({"when": "call.direction == 'outbound'", "next": asked})
    if cases:
        return {"branch": cases, "otherwise": usual or maker.draft.end()}
    return {"next": usual or maker.draft.end()}


def _leftovers(draft: Draft, definition: Definition) -> None:
    for state in definition.doubles:
        entry = draft.report.entry(state.name, state.type)
        entry.note("dropped", "Another state before it has the same name, so that nothing leads to it.")
    draft.report.say(
        "A loop ends after {visits_per_step} visits of a step, and a conversation after {steps} steps: "
        "change limits as you like.".format(**LIMITS)
    )

"""Widgets that hand the call to somebody, or to a recorder."""

from __future__ import annotations

from ivr_flows.importing.draft import Step
from ivr_flows.importing.names import kebab_name
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import raw, seconds, text
from ivr_flows.importing.studio.maker import Maker
from ivr_flows.importing.studio.states import State


def connect_call(maker: Maker, state: State, entry: Entry) -> None:
    """A transfer to a name of the directory; a number that has no name there is a todo."""
    to = raw(state.properties, "to", "sip_endpoint", "sip_to", "client").strip()
    target = maker.options.transfers.get(to)
    if target is None:
        noun = text(state.properties, "noun") or "number"
        maker.todo(
            state,
            entry,
            f"It connects to the {noun} {to[:60]!r}: name it in the directory, and under transfers.",
        )
        return
    after = state.to("callCompleted", "callComplete")
    step: Step = {
        "transfer": {"to": target, "timeout": seconds(state.properties, "timeout", default=30, most=120)}
    }
    step["transfer"]["timeout"] = max(5, step["transfer"]["timeout"])
    step["on_closed"] = maker.to(state.to("failed") or after, entry)
    maker.leave(step, after, entry)
    entry.note(
        "approximated",
        "Whether the call was answered, busy or not, has exits of its own: on_busy, on_no_answer.",
    )
    maker.add(state, step)


def enqueue(maker: Maker, state: State, entry: Entry) -> None:
    """A queue with a skill, for agents of ours."""
    names = ("queue_name", "queue", "workflow_sid", "workflow")
    found = next((each for each in (raw(state.properties, name).strip() for name in names) if each), "")
    skill = maker.options.queues.get(found)
    if skill is None:
        skill = (
            "general" if found.startswith("WW") or "{" in found or not found else kebab_name(found, "general")
        )
        entry.note(
            "approximated",
            f"The queue {found[:60]!r} becomes the skill {skill}; another is named under queues.",
        )
    step: Step = {"queue": {"skill": skill, "wait_prompt": maker.our_words("wait", entry)}}
    after = state.to("callComplete", "callCompleted")
    step["on_closed"] = maker.to(state.to("failedToEnqueue", "callFailure") or after, entry)
    maker.leave(step, after, entry)
    maker.add(state, step)


def voicemail(maker: Maker, state: State, entry: Entry) -> None:
    """A recording; the sentence that tells of it is not in the widget, and lint asks for it."""
    recording: Step = {"prompt": maker.our_words("speak", entry)}
    recording["max_seconds"] = seconds(state.properties, "max_length", "maxLength", default=120, most=600)
    finish = raw(state.properties, "finish_on_key", "finishOnKey").strip()
    if len(finish) == 1 and finish in "0123456789*#":
        recording["finish"] = finish
    entry.note("approximated", "Say before it that the call is recorded: write consent.")
    if state.properties.get("transcribe"):
        entry.note("approximated", "It writes down what is said; the service keeps the recording only.")
    step: Step = {"record": recording}
    silent = maker.target(state.to("noAudio"), entry)
    if silent:
        step["on_empty"] = silent
    maker.leave(step, state.to("recordingComplete"), entry)
    maker.add(state, step)


def make_call(maker: Maker, state: State, entry: Entry) -> None:
    """The call that a request to Studio places: the service places its own, and tries again by itself."""
    start = maker.definition.start
    if start is None or start.to("incomingRequest") != state.name:
        maker.todo(state, entry, "It places a second call, which a flow of ours does not do.")
        return
    step: Step = {}
    maker.leave(step, state.to("answered"), entry)
    entry.note(
        "approximated",
        "The service places the call; busy, no answer and failure follow the campaign's rules.",
    )
    maker.add(state, step)


def record_call(maker: Maker, state: State, entry: Entry) -> None:
    """Recording a whole call is not a flow's decision here."""
    step: Step = {}
    maker.leave(step, state.to("success", "next", "failed"), entry)
    entry.note("dropped", "Whether calls are recorded is decided by the service, not by a flow.")
    maker.add(state, step)

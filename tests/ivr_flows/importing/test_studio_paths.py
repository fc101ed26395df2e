"""Every path of a Studio flow, to a depth of twelve widgets, is heard in the import word for word."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr_flows import Keys, NoKeys, QueueEnded, Recording, SendSms, Words, begin, load, resume
from ivr_flows.importing import Options, import_flows
from tests.ivr_flows.importing.conftest import match, say, split, studio, widget
from tests.ivr_flows.importing.interpreter import Call

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
DATA = {"first_name": "Ana", "count": "2"}
KEYED = ("1", "2", "9", "12")

GIVEN = {
    "gather-input-on-call": [
        ("timeout", None, NoKeys()),
        *(("keypress", keys, Keys(keys)) for keys in KEYED),
    ],
    "send-and-wait-for-reply": [
        *(("incomingMessage", text, Words(text)) for text in ("oui", "NON", "1", "peut-être")),
    ],
    "enqueue-call": [
        ("callComplete", None, QueueEnded("connected")),
        ("failedToEnqueue", None, QueueEnded("closed")),
    ],
    "record-voicemail": [
        ("recordingComplete", None, Recording("RE1", 4)),
        ("noAudio", None, Recording("", 0)),
    ],
}
"""What may happen at each widget that waits: Studio's event, what was keyed, our input."""

CHANNELS = {"incomingCall": "voice", "incomingMessage": "sms"}


def said(turn):
    """What a turn says and sends, in order; what a waiting step says of its own is not the source's."""
    heard = [spoken.text for spoken in turn.spoken]
    asked = [spoken.text for spoken in getattr(turn.wait, "prompts", ())]
    sent = [f"sms: {effect.text}" for effect in turn.effects if isinstance(effect, SendSms)]
    ours = type(turn.wait).__name__ == "Record"
    return [text for text in (*sent, *heard, *(() if ours else asked)) if text != "…"]


def walk(definition, flow, most=800, event="incomingCall"):
    """Walk both along every path; the number of paths walked."""
    loaded = load(flow.text)
    begun = begin(loaded, {"data": DATA}, channel=CHANNELS[event], now=NOON)
    waiting, paths = [(Call(definition, DATA, event), begun, ())], 0
    while waiting and paths < most:
        call, turn, path = waiting.pop()
        paths += 1
        theirs = [" ".join(text.split()) for text in call.heard if text.split()]
        ours = said(turn)
        if call.status == "deep":
            assert ours[: len(theirs)] == theirs, path
            continue
        assert ours == theirs, path
        assert (turn.outcome is not None) is (call.status == "end"), (path, turn.outcome)
        if call.status == "end":
            continue
        state = call.states[call.at]
        longest = state["properties"].get("number_of_digits", state["properties"].get("numDigits", 9))
        for event, digits, given_ in GIVEN[state["type"]]:
            if digits and len(digits) > longest:
                continue
            follows = resume(loaded, turn.state, given_, now=NOON)
            waiting.append((call.answer(event, digits), follows, (*path, (call.at, event, digits))))
    return paths


def both(text):
    (flow,) = import_flows(text, Options(languages=("fr",)))
    return json.loads(text), flow


MENU = studio(
    widget(
        "ask",
        "gather-input-on-call",
        {"keypress": "chosen", "timeout": "ask"},
        say="Bonjour {{flow.data.first_name}}. Tapez 1 ou 2, 9 pour réécouter.",
        number_of_digits=1,
    ),
    split(
        "chosen",
        "sorry",
        match("team", "equal_to", "1"),
        match("code", "matches_any_of", "2, 0"),
        match("ask", "equal_to", "9"),
    ),
    say("sorry", "Pardon ?", "ask"),
    widget("team", "enqueue-call", {"callComplete": "bye", "failedToEnqueue": "mail"}, queue_name="soins"),
    widget("mail", "record-voicemail", {"recordingComplete": "bye", "noAudio": "ask"}, max_length=30),
    widget("code", "gather-input-on-call", {"keypress": "known", "timeout": None}, say="Code ?"),
    {
        **split("known", "wrong", match("text", "starts_with", "1", "{{widgets.code.Digits}}")),
        "properties": {"input": "{{widgets.code.Digits}}"},
    },
    say("wrong", "Le code {{widgets.code.Digits}} est inconnu.", "code"),
    widget("text", "send-message", {"sent": "bye", "failed": None}, body="Code {{widgets.code.Digits}}"),
    say("bye", "Au revoir."),
)

COUNTED = studio(
    widget("zero", "set-variables", {"next": "ask"}, variables=[{"key": "tries", "value": "0"}]),
    widget("ask", "gather-input-on-call", {"keypress": "right", "timeout": "more"}, say="Tapez 12 ou 9."),
    split("right", "more", match("yes", "equal_to", "12"), match("yes", "equal_to", "9")),
    widget(
        "more",
        "set-variables",
        {"next": "enough"},
        variables=[{"key": "tries", "value": "{{flow.variables.tries | plus: 1}}"}],
    ),
    split("enough", "again", match("no", "greater_than", "2", "{{flow.variables.tries}}")),
    say("again", "Essai {{flow.variables.tries}}.", "ask"),
    say("yes", "Merci."),
    say("no", "Trop d'essais, {{flow.data.nickname | default: 'cher appelant'}}."),
)


BODY = "{{widgets.ask.inbound.Body}}"
WRITTEN = studio(
    widget("ask", "send-and-wait-for-reply", {"incomingMessage": "s", "timeout": None}, body="OUI ou NON ?"),
    split("s", "sorry", match("yes", "equal_to", "Oui", BODY), match("no", "matches_any_of", "non, 1", BODY)),
    widget("sorry", "send-message", {"sent": "ask"}, body="Pardon, {{flow.data.first_name}} ?"),
    widget("yes", "send-message", {"sent": None}, body="Merci."),
    widget("no", "send-message", {"sent": "ask"}, body="Vraiment ?"),
    event="incomingMessage",
)


def test_every_path_of_a_conversation_by_message_is_read_the_same():
    definition, flow = both(WRITTEN)
    assert walk(definition, flow, event="incomingMessage") > 30


@pytest.mark.parametrize(("text", "paths"), [(MENU, 300), (COUNTED, 50)], ids=["menu", "counted"])
def test_every_path_of_a_flow_written_by_hand_is_heard_the_same(text, paths):
    definition, flow = both(text)
    assert flow.report.counts()["todo"] == 0, flow.report.as_text()
    assert walk(definition, flow) > paths


NAMES = ("a", "Menu", "ask_2", "ask", "x-1", "start")
TYPES = (
    *("equal_to", "not_equal_to", "matches_any_of", "does_not_match_any_of", "contains", "does_not_contain"),
    *("starts_with", "does_not_start_with", "is_blank", "is_not_blank", "less_than", "greater_than"),
)
CONDITIONS = st.one_of(
    st.tuples(st.sampled_from(TYPES), st.sampled_from(["1", "2", "9"])),
    st.tuples(
        st.sampled_from(["matches_any_of", "does_not_match_any_of"]), st.sampled_from(["1,2", "9, 12", "ana"])
    ),
    st.tuples(st.just("regex"), st.sampled_from(["^(1|9)$", "^[1-2]$"])),
)
VALUES = (
    "0",
    "1",
    "2",
    "",
    "oui",
    "{{flow.variables.v | plus: 1}}",
    "{{flow.variables.w | default: 'rien'}}",
)


@st.composite
def definitions(draw):
    """A flow of three to six widgets that lead anywhere among themselves."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=3, max_size=6, unique=True))
    there = st.sampled_from([*names, *names, None])
    subjects = st.sampled_from(
        [
            *(f"{{{{widgets.{name}.Digits}}}}" for name in names),
            "{{flow.variables.v}}",
            "{{flow.data.first_name}}",
        ]
    )

    def state(name, kind):
        match kind:
            case "say":
                return say(name, f"{name} {draw(subjects)}", draw(there))
            case "gather":
                digits = draw(st.sampled_from([{}, {"number_of_digits": 1}, {"numDigits": 2}]))
                after = {"keypress": draw(there), "timeout": draw(there)}
                return widget(name, "gather-input-on-call", after, say=f"Question {name} ?", **digits)
            case "set":
                keys = draw(st.lists(st.sampled_from(["v", "w"]), min_size=1, max_size=3))
                values = st.one_of(st.sampled_from(VALUES), subjects)
                variables = [{"key": key, "value": draw(values)} for key in keys]
                return widget(name, "set-variables", {"next": draw(there)}, variables=variables)
        subject = draw(subjects)
        matches = [match(draw(there), *draw(CONDITIONS), subject) for _ in range(draw(st.integers(1, 3)))]
        if len(matches) > 1 and draw(st.booleans()):
            matches[0]["conditions"] += matches.pop()["conditions"]
        return split(name, draw(there), *matches)

    kinds = [
        "gather",
        *(draw(st.sampled_from(["split", "gather", "say", "split", "set"])) for _ in names[1:]),
    ]
    return studio(*(state(name, kind) for name, kind in zip(names, kinds, strict=True)))


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(text=definitions())
def test_every_path_of_any_flow_of_known_widgets_is_heard_the_same(text):
    definition, flow = both(text)
    if flow.report.counts()["todo"] == 0:
        walk(definition, flow, 150)

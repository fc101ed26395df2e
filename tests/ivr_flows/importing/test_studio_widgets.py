"""Studio's widgets, one by one: what each becomes and what the report says of it."""

import json

import pytest

from ivr_flows import lint
from ivr_flows.reading import read
from tests.ivr_flows.importing.conftest import match, say, split, studio, widget

BYE = say("bye", "Au revoir.")


@pytest.fixture
def step(imported):
    """The step and the report's entry that the first of these widgets became."""

    def make(first, *others, event="incomingCall", **options):
        flow = imported(studio(first, *others, BYE, event=event), **options)
        entry = next(entry for entry in flow.report.entries if entry.source == first["name"])
        return read(flow.text).data["steps"][entry.step], entry

    return make


def test_a_question_and_its_split_are_one_menu(step):
    asked = widget("ask", "gather-input-on-call", {"keypress": "s", "timeout": "bye"}, say="1 ?", timeout=7)
    made, entry = step(asked, split("s", "ask", match("bye", "matches_any_of", "1, 2")))
    assert made == {
        "menu": {"prompt": "ask", "timeout": 7},
        "keys": {"1": "bye", "2": "bye"},
        "on_timeout": "bye",
        "on_invalid": "ask",
    }
    assert entry.fate == "kept"


@pytest.mark.parametrize("name", ["number_of_digits", "numDigits", "num_digits"])
def test_an_answer_that_is_spoken_later_is_kept(step, name):
    asked = widget("ask", "gather-input-on-call", {"keypress": "echo"}, say="Code ?", **{name: "4"})
    made, _ = step(asked, say("echo", "{{widgets.ask.Digits}}", "bye"))
    assert made["collect"]["into"] == "answers.ask"
    assert made["collect"]["between"] == [1, 4]
    assert (made["next"], made["on_timeout"]) == ("echo", "finished")


def test_words_are_heard_where_speech_has_a_split_with_the_same_way_out(step):
    after = {"keypress": "s", "speech": "p", "timeout": None}
    asked = widget("ask", "gather-input-on-call", after, say="1 ou oui ?")
    spoken = split("p", None, match("bye", "contains", "oui", "{{widgets.ask.SpeechResult}}"))
    spoken["properties"] = {"input": "{{widgets.ask.SpeechResult}}"}
    made, entry = step(asked, split("s", None, match("bye", "equal_to", "1")), spoken)
    assert made["words"] == {"bye": ["oui"]}
    assert "where the carrier understands speech" in entry.said[0]


def test_speech_that_leads_elsewhere_is_reported(step):
    asked = widget("ask", "gather-input-on-call", {"keypress": "bye", "speech": "bye"}, say="?")
    assert "'speech' is not taken" in " ".join(step(asked)[1].said)


def test_a_loop_repeats_and_a_recording_is_to_be_brought(step):
    assert step({**say("a", "Oui."), "properties": {"say": "Oui.", "loop": 3}})[0]["say"] == ["a"] * 3
    made, entry = step(widget("a", "say-play", {}, play="https://x.example/hello%20.mp3?x=1"))
    assert made["say"] == "a"
    assert "plays a recording" in entry.said[0]


def test_a_default_is_set_before_it_is_spoken(loaded):
    flow = loaded(studio(say("a", "Bonjour {{flow.data.name | default: 'vous'}} {x}")))
    assert flow.prompts["a"].wordings["fr"].text.parts == ("Bonjour ", "data.name_or_default", " {x}")


def test_the_users_names_win(step):
    made, _ = step(
        say("a", "{{flow.data.prenom | upcase}}"), names={"flow.data.prenom": "contact.first_name"}
    )
    assert made == {"say": "a", "end": "completed"}


def test_a_message_goes_to_the_person_only(step):
    made, _ = step(widget("a", "send-message", {"sent": "bye"}, body="Oui", to="{{contact.channel.address}}"))
    assert made == {"sms": {"prompt": "a"}, "next": "bye"}
    _, entry = step(widget("a", "send-message", {}, body="Oui", to="+33199001234"))
    assert (entry.fate, "somebody else" in entry.said[0]) == ("todo", True)


def test_a_question_by_message_is_a_menu_of_words(step):
    asked = widget(
        "ask", "send-and-wait-for-reply", {"incomingMessage": "s", "timeout": "bye"}, body="?", timeout="3600"
    )
    body = "{{widgets.ask.inbound.Body}}"
    made, _ = step(asked, split("s", "ask", match("bye", "equal_to", "oui", body)), event="incomingMessage")
    assert made["menu"] == {"prompt": "ask", "expires": 3600}
    assert (made["keys"], made["words"]) == ({"1": "bye"}, {"bye": ["oui"]})


def test_any_words_as_an_answer_are_kept_as_they_are(step):
    asked = widget("ask", "send-and-wait-for-reply", {"incomingMessage": "bye"}, body="?", timeout="3600")
    made, entry = step(asked, event="incomingMessage")
    assert made["collect"] == {"prompt": "ask", "as": "speech", "into": "answers.ask", "expires": 3600}
    assert (made["next"], entry.fate) == ("bye", "approximated")


def test_a_form_sends_its_parameters_and_not_the_body_left_beside_them(step):
    asked = widget(
        "ask", "make-http-request", {"success": "bye"}, method="POST", url="https://lab.example.org/x",
        content_type="application/x-www-form-urlencoded;charset=utf-8", body="{not: json}",
        parameters=[{"key": "a", "value": "1"}],
    )  # fmt: skip
    assert step(asked)[0]["http"]["json"] == {"a": "1"}


def test_a_queue_is_a_skill(step):
    made, _ = step(
        widget("q", "send-to-flex", {"callComplete": "bye"}, workflow="WW1"), queues={"WW1": "nurse"}
    )
    assert made == {
        "queue": {"skill": "nurse", "wait_prompt": "please_wait"},
        "on_closed": "bye",
        "next": "bye",
    }


def test_a_number_is_a_name_of_the_directory_or_left_to_do(step):
    calls = widget(
        "c", "connect-call-to", {"callCompleted": "bye"}, noun="number", to="+33199001234", timeout=2
    )
    made, _ = step(calls, transfers={"+33199001234": "front-desk"})
    assert made["transfer"] == {"to": "front-desk", "timeout": 5}
    assert step(calls)[1].fate == "todo"


def test_a_request_names_a_host_and_takes_what_the_flow_reads(step):
    asks = widget(
        "lab",
        "make-http-request",
        {"success": "told", "failed": "bye"},
        method="POST",
        url="https://lab.example.org/v1/results?x=1",
        body='{"code": "{{flow.data.code}}", "n": 2}',
    )
    made, _ = step(asks, say("told", "{{widgets.lab.parsed.data.status}}"), hosts={"lab.example.org": "lab"})
    assert made["http"] == {
        "host": "lab",
        "path": "/v1/results",
        "method": "post",
        "json": {"code": {"expr": "data.code"}, "n": 2},
        "query": {"x": "1"},
        "into": {"http.lab.data.status": "data.status"},
    }
    assert (made["next"], made["on_error"]) == ("told", "bye")


@pytest.mark.parametrize(
    "url", ["{{flow.data.url}}", "https://x.example/{{a}}", "ftp://x.example/", "https://x.example//a"]
)
def test_a_computed_address_is_left_to_do(step, url):
    assert step(widget("a", "make-http-request", {"success": "bye"}, url=url))[1].fate == "todo"


def test_a_function_is_what_the_table_says(step):
    runs = widget("f", "run-function", {"success": "bye", "fail": None}, url="https://x.example/is-open")
    made, _ = step(runs, functions={"is-open": {"set": {"platform.checked": True}}})
    assert made == {"set": {"platform.checked": True}, "next": "bye"}
    assert step(runs)[1].fate == "todo"
    assert step(runs, functions={"is-open": {"menu": {}}})[1].fate == "todo"
    assert "cannot be a step" in step(runs, functions={"is-open": {"say": 3}})[1].said[-1]


def test_a_subflow_shares_its_parameters(step):
    parameters = [{"key": "subflowName", "value": "Identity"}, {"key": "year", "value": "1980"}]
    runs = widget(
        "sub", "run-subflow", {"completed": "bye", "failed": "bye"}, flow_sid="FW1", parameters=parameters
    )
    made, _ = step(runs, flows={"FW1": "identity"})
    assert made == {
        "set": {"data.year": "1980"},
        "flow": "identity",
        "outcomes": {"flow-broken": "bye"},
        "otherwise": "bye",
    }


def test_values_are_set_in_their_order(imported):
    variables = [{"key": "b", "value": "1"}, {"key": "a", "value": "{{flow.variables.b}}"}]
    flow = imported(studio(widget("set", "set-variables", {}, variables=variables)))
    steps = read(flow.text).data["steps"]
    assert (steps["set"]["set"], steps["set"]["next"]) == ({"vars.b": "1"}, "set_then")
    assert steps["set_then"]["set"] == {"vars.a": {"expr": "vars.b"}}


def test_a_second_request_begins_elsewhere(imported):
    data = json.loads(studio(BYE, say("hello", "Bonjour.")))
    data["states"][0]["transitions"] = [
        {"event": "incomingCall", "next": "bye"},
        {"event": "incomingRequest", "next": "hello"},
    ]
    loaded = read(imported(json.dumps(data)).text).data
    assert loaded["direction"] == "both"
    assert loaded["steps"]["start"]["branch"] == [{"when": "call.direction == 'outbound'", "next": "hello"}]


def test_the_call_that_a_request_places_is_the_services_own(step):
    made, entry = step(
        widget("call", "make-outgoing-call-v2", {"answered": "bye", "busy": None}), event="incomingRequest"
    )
    assert (made, entry.fate) == ({"next": "bye"}, "approximated")


@pytest.mark.parametrize("kind", ["capture-payments", "connect-virtual-agent-v2", "made-up-widget"])
def test_what_is_unknown_is_left_to_do_and_never_published(loaded, imported, kind):
    text = studio(widget("x", kind, {"success": "bye", "maxFailedAttempts": "bye"}), BYE)
    definition = loaded(text)
    assert "todo-step" in {finding.id for finding in lint(definition)}
    assert [exit.to for exit in definition.steps["x"].exits()] == ["bye", "bye"]
    assert imported(text).report.entries[1].fate == "todo"


def test_nothing_is_silently_lost(imported):
    states = [BYE, say("bye", "Encore."), say("alone", "Seul."), say("1 été!", "Voilà.", "nowhere")]
    flow = imported(studio(*states))
    assert [entry.source for entry in flow.report.entries] == ["Trigger", "bye", "alone", "1 été!", "bye"]
    assert [entry.fate for entry in flow.report.entries] == [
        "kept",
        "kept",
        "kept",
        "approximated",
        "dropped",
    ]
    assert all(entry.said for entry in flow.report.entries if entry.fate != "kept")
    assert flow.report.entries[3].step == "step_1_ete"


def test_an_exit_that_no_step_takes_is_named(imported):
    sent = widget("a", "send-message", {"sent": "bye", "failed": "sorry"}, body="Oui")
    calls = widget("c", "connect-call-to", {"callCompleted": "bye", "hangup": "sorry"}, to="+33199001234")
    flow = imported(studio(sent, calls, BYE, say("sorry", "Pardon.")), transfers={"+33199001234": "desk"})
    said = [" ".join(entry.said) for entry in flow.report.entries]
    assert "'failed' is not taken" in said[1]
    assert "The exit 'hangup' to sorry is not taken." in said[2]


def test_a_property_that_is_left_out_is_named(step):
    queue = widget(
        "q", "enqueue-call", {"callComplete": "bye"}, queue_name="a", wait_url="https://x.example", priority=2
    )
    assert "Left out: priority, wait_url." in step(queue)[1].said
    usual = widget("a", "send-message", {"sent": "bye"}, body="Oui", **{"from": "{{flow.channel.address}}"})
    assert step(usual)[1].fate == "kept"


def test_texts_stand_in_the_language_that_their_widget_names(imported):
    english = {
        **say("a", "Hello."),
        "properties": {"say": "Hello.", "language": "en-GB", "voice": "Polly.Amy"},
    }
    flow = imported(studio(english, BYE), languages=("fr", "en"))
    data = read(flow.text).data
    assert data["prompts"]["a"] == {"en": {"text": "Hello."}}
    assert data["voice"] == {"en": {"voice": "Polly.Amy"}}


def test_the_same_export_is_the_same_flow(imported):
    text = studio(say("a", "Oui.", "bye"), BYE)
    assert imported(text).text == imported(text).text

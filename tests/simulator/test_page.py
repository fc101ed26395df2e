"""The page: what it tells of a call, what it escapes, who may use it, and in which language."""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection
from importlib.resources import files
from urllib.parse import quote, urlencode, urlsplit

import pytest
from twilio.rest import Client

from callsvc.simulator.page.language import preferred
from callsvc.simulator.page.pretty import pretty
from callsvc.simulator.page.render import STATIC, spaced
from callsvc.simulator.page.texts import FRENCH, PHONE_FRENCH, PHONE_WORDS
from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.simulator.service import OURS, Service, eventually

EVIL = "<script>alert(1)</script>"
SAID = "&lt;script&gt;alert(1)&lt;/script&gt;"
ADA = "+33639981901"


def ask(
    simulator: RunningSimulator, path: str, method: str = "GET", body: str = "", **headers: str
) -> tuple[int, str, dict[str, str]]:
    """One request as a browser or a stranger makes it; `Sec_Fetch_Site` becomes Sec-Fetch-Site."""
    connection = HTTPConnection(urlsplit(simulator.address).netloc, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            named.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(method, path, body or None, named)
        response = connection.getresponse()
        return response.status, response.read().decode(), dict(response.headers)
    finally:
        connection.close()


@pytest.fixture
def finished(simulator: RunningSimulator, client: Client, service: Service) -> str:
    """A call that said and was told evil things; its SID."""
    service.documents["/menu"] = (
        f'<Response><Gather numDigits="1" action="/next"><Say>{SAID} press 1</Say></Gather></Response>'
    )
    service.documents["/next"] = f'<Response><Say language="fr-FR">Merci {SAID}</Say></Response>'
    person = {"number": ADA, "ring": 1, "replies": [{"hears": "press 1", "press": "1", "times": 1}]}
    simulator.add_people([person])
    callback = service.address + "/status?token=hidden-from-readers"
    events = ["ringing", "answered", "completed"]
    placed = client.calls.create(
        to=ADA,
        from_=OURS,
        url=service.address + "/menu",
        status_callback=callback,
        status_callback_event=events,
    )
    eventually(lambda: len(service.at("/status")) == 3)
    # What was answered is kept when the answer came: a moment after the service had the question.
    told = lambda: [line["kind"] for line in simulator.call(placed.sid)["timeline"]]  # noqa: E731
    eventually(lambda: told().count("callback") == 3)
    return str(placed.sid)


def test_a_call_s_page_tells_requests_webhooks_documents_speech_keys_and_callbacks(
    simulator: RunningSimulator, finished: str
) -> None:
    status, text, _ = ask(simulator, f"/_simulator/page/calls/{finished}")
    assert status == 200
    for told in ("Calls.json", "/menu", "/next", "Digits", "<kbd>1</kbd>"):
        assert told in text
    assert text.count("status-callback ·") == 3
    assert "&lt;Gather numDigits=&#34;1&#34; action=&#34;/next&#34;&gt;\n" in text  # the document, indented
    assert "hidden-from-readers" not in text


def test_what_is_said_is_shown_as_text_and_never_as_markup(
    simulator: RunningSimulator, finished: str
) -> None:
    simulator.text_in(ADA, OURS, EVIL)
    for path in (
        f"calls/{finished}",
        f"calls/{finished}?view=transcript",
        "messages",
        "",
        "messages?text=%3Cscript",
    ):
        _, text, headers = ask(simulator, f"/_simulator/page/{path}".rstrip("/"))
        assert EVIL not in text, path
        assert SAID in text or path == "", path
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
    for evil in (EVIL, '"><script>alert(1)</script>'):
        _, text, _ = ask(simulator, "/_simulator/phone?" + urlencode({"number": evil}))
        assert "<script>alert" not in text
        _, text, _ = ask(simulator, "/_simulator/page/calls?" + urlencode({"number": evil, "text": evil}))
        assert "<script>alert" not in text


def test_a_transcript_is_json_and_text(simulator: RunningSimulator, finished: str) -> None:
    told = simulator.ask("GET", f"/ledger/calls/{finished}/transcript")
    said = [line for line in told["lines"] if line["who"] in ("platform", "person")]
    assert [line["text"] for line in said] == [f"{EVIL} press 1", "1", f"Merci {EVIL}"]
    assert said[2]["language"] == "fr-FR"
    assert said[0]["offset"] <= said[1]["offset"] <= said[2]["offset"]
    _, text, headers = ask(simulator, f"/_simulator/ledger/calls/{finished}/transcript?format=text")
    assert headers["Content-Type"].startswith("text/plain")
    assert f'platform  "Merci {EVIL}"' in text
    assert ask(simulator, "/_simulator/ledger/calls/CA0/transcript")[0] == 404


def test_a_callback_that_was_late_says_so(
    simulator: RunningSimulator, client: Client, service: Service
) -> None:
    service.documents["/menu"] = "<Response/>"
    simulator.add_people([{"number": ADA, "ring": 1}])
    simulator.fault(on="status-callback", kind="delay", seconds=0.2)
    callback = service.address + "/status"
    sid = client.calls.create(to=ADA, from_=OURS, url=service.address + "/menu", status_callback=callback).sid
    eventually(lambda: service.at("/status"))
    simulator.clear_faults()
    took = re.search(r"(\d+) ms", eventually(lambda: _callback(simulator, str(sid))))
    assert took is not None
    assert int(took[1]) >= 200


def _callback(simulator: RunningSimulator, sid: str) -> str:
    text = ask(simulator, f"/_simulator/page/calls/{sid}")[1]
    return text.partition("status-callback ·")[2][:900]


def test_lists_are_filtered_and_paged_by_their_address(simulator: RunningSimulator, finished: str) -> None:
    for query, found in (
        ({"status": "completed", "number": ADA[-6:]}, True),
        ({"direction": "inbound", "number": ADA}, False),
        ({"text": "press 1", "number": ADA}, True),
        ({"text": "100% never said"}, False),
        ({"text": finished}, True),
    ):
        _, text, _ = ask(simulator, "/_simulator/page/calls?" + urlencode(query))
        assert (finished in text) is found, query
    for at in range(55):
        simulator.text_in(ADA, OURS, f"paged {at} paged")
    _, first, _ = ask(simulator, "/_simulator/page/messages?text=paged")
    assert "paged 54 paged" in first
    assert "paged 4 paged" not in first
    older = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert older is not None
    _, second, _ = ask(simulator, "/_simulator/page/messages" + older[1].replace("&amp;", "&"))
    assert "paged 4 paged" in second
    assert 'rel="next"' not in second


def test_faults_are_planned_and_taken_back_on_the_page(simulator: RunningSimulator, service: Service) -> None:
    form = urlencode({"fault": "calls.create throttle", "percent": "25", "seconds": "2", "times": "3"})
    assert ask(simulator, "/_simulator/page/faults", "POST", form)[0] == 303
    (plan,) = simulator.ask("GET", "/faults")["faults"]
    assert (plan["on"], plan["kind"], plan["probability"], plan["times"]) == (
        "calls.create",
        "throttle",
        0.25,
        3,
    )
    assert "throttle" in ask(simulator, "/_simulator/page")[1]
    wrong = ask(simulator, "/_simulator/page/faults", "POST", form.replace("25", "x"))[2]["Location"]
    assert "cannot be planned" in ask(simulator, wrong.partition("#")[0])[1]
    ask(simulator, "/_simulator/page/faults/remove", "POST", f"id={plan['id']}")
    assert simulator.ask("GET", "/faults")["faults"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_another_site_cannot_make_a_browser_drive_it(
    simulator: RunningSimulator, headers: dict[str, str]
) -> None:
    for path in ("/_simulator/page/faults", "/_simulator/phones", "/_simulator/calls", "/_simulator/faults"):
        status, text, _ = ask(simulator, path, "POST", "{}", **headers)
        assert (status, "cross-site-request" in text) == (403, True), path


def test_its_own_page_and_programs_may(simulator: RunningSimulator) -> None:
    for headers in ({"Origin": simulator.address, "Sec_Fetch_Site": "same-origin"}, {}):
        assert ask(simulator, "/_simulator/page/language", "POST", "language=fr&back=/", **headers)[0] == 303


def test_a_name_that_was_made_to_point_here_needs_the_credentials(simulator: RunningSimulator) -> None:
    for path in ("/", "/_simulator/phone", "/_simulator/ledger", "/_simulator/static/page.css"):
        status, _, headers = ask(simulator, path, Host="elsewhere.example")
        assert status == 401
        assert headers["WWW-Authenticate"].startswith("Basic")
    allowed = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpzaW11bGF0b3ItYXV0aC10b2tlbg=="
    assert ask(simulator, "/", Host="elsewhere.example", Authorization=allowed)[0] == 200


def test_the_language_follows_the_browser_until_it_is_chosen(simulator: RunningSimulator) -> None:
    asked = ("fr-FR,fr;q=0.9,en;q=0.8", "de, en;q=0.5, fr;q=0.4", "de", "", "fr;q=0")
    assert [preferred(header) for header in asked] == ["fr", "en", "en", "en", "en"]
    assert '<html lang="fr">' in ask(simulator, "/", Accept_Language="fr")[1]
    _, _, headers = ask(
        simulator, "/_simulator/page/language", "POST", "language=en&back=//elsewhere.example/x"
    )
    assert headers["Location"] == "/"
    cookie = headers["Set-Cookie"].partition(";")[0]
    assert '<html lang="en">' in ask(simulator, "/", Accept_Language="fr", Cookie=cookie)[1]


def test_every_sentence_of_the_page_has_its_french() -> None:
    words: set[str] = set()
    for template in files("callsvc.simulator.page").joinpath("templates").iterdir():
        words.update(re.findall(r"""_\((?:"([^"]+)"|'([^']+)')\)""", template.read_text()))  # type: ignore[arg-type]
    sentences = {one or other for one, other in words}
    assert sentences - set(FRENCH) == set()
    assert set(PHONE_WORDS.values()) == set(PHONE_FRENCH)
    script = STATIC.joinpath("phone.js").read_text() + STATIC.joinpath("texts.js").read_text()
    assert set(re.findall(r"\bwords\.(\w+)", script)) - set(PHONE_WORDS) == set()


def test_the_page_is_shipped_with_the_package_and_needs_no_other_host(simulator: RunningSimulator) -> None:
    for name in ("page.css", "phone.css", "phone.js", "live.js", "mark.svg"):
        status, text, _ = ask(simulator, f"/_simulator/static/{name}")
        assert status == 200
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), name
    assert ask(simulator, "/_simulator/static/" + quote("../routes.py", safe=""))[0] == 404
    assert ask(simulator, "/_simulator/page/calls/CA0")[0] == 404


def test_numbers_and_documents_are_written_for_reading() -> None:
    assert spaced("+33639980001") == "+33 6 39 98 00 01"
    assert spaced("client:ada") == "client:ada"
    assert pretty("<Response><Say>a</Say></Response>") == "<Response>\n  <Say>a</Say>\n</Response>"
    assert pretty('{"a":1}') == '{\n  "a": 1\n}'
    assert pretty("<not xml") == "<not xml"


def test_a_restarted_page_tells_what_the_timeline_kept(tmp_path: object, service: Service) -> None:
    with running_simulator(data_dir=tmp_path) as first:
        first.set_webhooks(voice_url=service.address + "/menu")
        service.documents["/menu"] = "<Response><Say>Good morning</Say></Response>"
        sid = first.call_in(ADA, OURS)
        eventually(lambda: first.call(sid)["status"] == "completed")
    with running_simulator(data_dir=tmp_path) as second:
        _, text, _ = ask(second, f"/_simulator/page/calls/{sid}")
        assert "Good morning" in text
        assert "/menu" in text


def test_buttons_move_a_clock_that_is_moved_by_hand_and_lead_back() -> None:
    with running_simulator(stepped=True) as running:
        assert 'action="/_simulator/page/step"' in ask(running, "/")[1]
        began = running.ask("GET", "/clock")["clock"]
        body = urlencode({"seconds": "60", "back": "/_simulator/page/calls?status=busy"})
        status, _, headers = ask(running, "/_simulator/page/step", "POST", body)
        assert (status, headers["Location"]) == (303, "/_simulator/page/calls?status=busy")
        assert running.ask("GET", "/clock")["clock"] == began.replace("09:00:00", "09:01:00")
        running.ask("POST", "/people", {"number": ADA, "ring": 7})
        running.set_number(number=OURS, voice_url="http://127.0.0.1:9/voice")
        sid = running.call_in(ADA, OURS)
        assert ask(running, "/_simulator/page/step", "POST")[2]["Location"] == "/"
        assert running.call(sid)["status"] == "completed"


def test_a_clock_that_runs_has_no_buttons(simulator: RunningSimulator) -> None:
    assert "/_simulator/page/step" not in ask(simulator, "/")[1]
    assert ask(simulator, "/_simulator/page/step", "POST", "seconds=60")[0] == 303


def test_an_address_nobody_knows_says_where_to_look(simulator: RunningSimulator) -> None:
    status, body, _ = ask(simulator, "/_simulator/nothing/here")
    assert (status, json.loads(body)["error"]) == (404, "not-found")
    assert ask(simulator, "/_simulator/health", "POST")[0] == 404

"""Only the carrier is heard: every route, every form of address, every forgery."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from callsvc.app import create_app
from callsvc.carrier.signature import is_genuine, sign
from callsvc.runtime import Runtime
from tests.webhooks.conftest import Phone

text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@given(
    st.dictionaries(text.filter(bool), text, max_size=6),
    st.sampled_from(["http://x.fr/a", "https://x.fr:8443/a?b=c%C3%A9"]),
)
def test_our_signature_is_the_vendors(parameters: dict[str, str], url: str) -> None:
    assert sign("token", url, parameters.items()) == RequestValidator("token").compute_signature(
        url, parameters
    )


def test_no_token_accepts_nothing() -> None:
    assert not is_genuine([], "http://x/", [], sign("", "http://x/", []))


def test_while_tokens_rotate_either_is_accepted() -> None:
    assert is_genuine(["new", "old"], "http://x/", [], sign("old", "http://x/", []))


def test_every_carrier_route_refuses_an_unsigned_request(rt: Runtime) -> None:
    app = create_app(rt)
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/webhooks")]
    assert len(rules) >= 8
    for rule in rules:
        path = rule.rule.replace("<int:turn>", "0")
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "leg1")
        answer = app.test_client().post(path, data={"CallSid": "CA1"})
        assert (answer.status_code, answer.get_json()["id"]) == (403, "signature-invalid"), path


def test_a_wrong_token_is_refused(phone: Phone) -> None:
    answer = phone.post("/webhooks/status/inbound", {"CallSid": "CA1"}, token="another")
    assert answer.status_code == 403


def test_a_json_body_is_refused_whatever_it_is_signed_with(phone: Phone) -> None:
    url = phone.rt.settings.public_base_url + "/webhooks/status/inbound"
    headers = {"X-Twilio-Signature": sign("test-token", url, [])}
    body = json.dumps({"CallSid": "CA1", "CallStatus": "completed"})
    answer = phone.client.post(
        "/webhooks/status/inbound", data=body, headers=headers, content_type="application/json"
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["?a=%C3%A9", "?b=1&a=2", "?a=x+y", "?a=%7e", "?a=%2F"])
def test_the_raw_address_is_what_was_signed(phone: Phone, query: str) -> None:
    """The vendor signs the URL as it asks for it; frameworks decode it. 404: the signature passed."""
    assert phone.post(f"/webhooks/status/leg9{query}", {"CallSid": "CA1"}).status_code == 404


def test_an_unknown_attempt_is_not_found_by_name(phone: Phone) -> None:
    answer = phone.post("/webhooks/voice/leg404/0", {"CallSid": "CA1"})
    assert (answer.status_code, answer.get_json()["id"]) == (404, "leg-unknown")

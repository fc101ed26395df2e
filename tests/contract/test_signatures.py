"""What the simulator signs, the carrier's own validators for Python and Node.js accept; nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from callsvc.simulator.webhooks.signature import signature
from tests.simulator.service import OURS, Service, eventually

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

TOKEN = "simulator-auth-token"
URLS = [
    "https://example.org/voice",
    "https://example.org:8443/voice?campaign=7&who=a%2Fb",
    "http://127.0.0.1:5000/voix/%C3%A9t%C3%A9?x=1&x=2&vide=",
    "https://example.org/voice?q=%7Eun+deux%20trois",
]
FORMS: list[list[tuple[str, str]]] = [
    [],
    [("CallSid", "CA1"), ("Digits", "#"), ("From", "+33639980001"), ("FromCity", "")],
    [("Body", "Ça va ? Été à Évry – 5 € 😀"), ("To", "+33199000001")],
    [("MediaUrl", "b"), ("MediaUrl", "a"), ("CallSid", "CA1")],
    [("Same", "twice"), ("Same", "twice"), ("Lower", "z"), ("lower", "a")],
]


def repeated(form: list[tuple[str, str]]) -> dict[str, Any]:
    """A form as Node.js servers give it: a list where a name comes several times."""
    values: dict[str, list[str]] = {}
    for name, value in form:
        values.setdefault(name, []).append(value)
    return {name: value[0] if len(value) == 1 else value for name, value in values.items()}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("url", URLS)
def test_a_post_is_accepted(url: str, form: list[tuple[str, str]], sdks: dict[str, Any]) -> None:
    """Webhooks security: "sort the POST parameters alphabetically ... append the name and value ... sign with
    HMAC-SHA1 using your AuthToken as the key ... Base64 encode"."""
    signed = signature(TOKEN, url, form)
    validator = RequestValidator(TOKEN)
    assert validator.validate(url, MultiDict(form), signed)
    assert not validator.validate(url, MultiDict([*form, ("Added", "1")]), signed)
    if "node" in sdks:
        assert sdks["node"].validate(TOKEN, signed, url, repeated(form))
        assert not sdks["node"].validate(TOKEN, signed, url, {**repeated(form), "Added": "1"})


@pytest.mark.parametrize("url", URLS)
def test_a_get_is_accepted(url: str, sdks: dict[str, Any]) -> None:
    """Webhooks security: "If your URL uses a GET, the query string is part of the URL that is signed"."""
    signed = signature(TOKEN, url)
    assert RequestValidator(TOKEN).validate(url, {}, signed)
    assert not RequestValidator(TOKEN).validate(url + "&forged=1", {}, signed)
    if "node" in sdks:
        assert sdks["node"].validate(TOKEN, signed, url, {})


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_webhook_on_the_wire_is_accepted_by_both(
    method: str, sdks: dict[str, Any], person: Callable[..., str], service: Service
) -> None:
    """Webhooks security, on a real request: a port, a query and letters that are not ASCII in its address."""
    url = f"{service.address}/voix/été?appel=à+2&appel=%C3%A9"
    service.documents["/voix/%C3%A9t%C3%A9"] = "<Response><Hangup/></Response>"
    sdks["python"].ask("calls", "create", to=person(), from_=OURS, url=url, method=method)
    (asked,) = eventually(lambda: list(service.requests))
    assert (asked.method, asked.genuine) == (method, True)
    posted = {} if method == "GET" else {n: v for n, v in asked.form.items() if n != "appel"}
    if "node" in sdks:
        assert sdks["node"].validate(TOKEN, asked.headers["X-Twilio-Signature"], asked.url, posted)

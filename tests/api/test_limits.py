"""How often one caller may ask."""

import secrets
import socket
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Blueprint, Flask, Response, request
from flask.testing import FlaskClient

from callsvc.core.settings import Settings
from callsvc.web.limits import limited, limiter, register_limits, say_limits


@pytest.fixture
def api(settings: Settings) -> Callable[[str], FlaskClient]:
    """A small application whose API answers 200, or 401 to whoever presents the key "wrong"."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]  # nobody listens there once this block ends

    def make(rate: str) -> FlaskClient:
        app, api = Flask("limited"), Blueprint(f"api{secrets.token_hex(4)}", "api")  # marked once each

        @api.get("/thing")
        def thing() -> Response:
            return Response(status=401 if request.headers.get("Authorization") == "Bearer wrong" else 200)

        api.after_request(say_limits)
        app.register_blueprint(limited(api))
        app.add_url_rule("/webhooks/voice", "voice", lambda: "ok")
        changed = {"callsvc_api_rate": rate, "callsvc_refusal_rate": "3 per minute"}
        changed["redis_url"] = f"redis://127.0.0.1:{closed}/0"
        used = settings.model_copy(update=changed)
        app.extensions["callsvc"] = SimpleNamespace(settings=used)
        register_limits(app, used)
        return app.test_client()

    return make


def key(word: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {word}"}


def test_a_key_that_asks_too_often_waits_and_another_does_not(api: Callable[[str], FlaskClient]) -> None:
    client = api("2 per minute")
    first = client.get("/thing", headers=key("a.1"))
    assert (first.status_code, first.headers["RateLimit-Limit"]) == (200, "2")
    assert first.headers["RateLimit-Remaining"] == "1"
    client.get("/thing", headers=key("a.1"))
    refused = client.get("/thing", headers=key("a.1"))
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert client.get("/thing", headers=key("b.1")).status_code == 200
    # Knowing the id of a key is not enough to use up its allowance.
    assert client.get("/thing", headers=key("a.2")).status_code == 200


def test_an_address_that_guesses_keys_is_stopped(api: Callable[[str], FlaskClient]) -> None:
    client = api("100 per minute")
    assert [client.get("/thing", headers=key("wrong")).status_code for _ in range(5)] == [401] * 3 + [429] * 2
    assert (
        client.get("/thing", headers=key("c.1"), environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
    )


def test_an_unreachable_redis_fails_no_request_and_memory_counts(api: Callable[[str], FlaskClient]) -> None:
    client = api("2 per minute")
    assert [client.get("/thing").status_code for _ in range(3)] == [200, 200, 429]
    assert limiter.storage.check() is False


def test_the_carrier_is_never_counted(api: Callable[[str], FlaskClient]) -> None:
    client = api("1 per minute")
    answers = [client.get("/webhooks/voice") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[-1].headers

"""Where pages find the stream, and which origin they may connect to for it."""

from dataclasses import replace
from datetime import UTC, datetime

from callsvc.app import create_app
from callsvc.runtime import Runtime
from callsvc.stream import stream_address, stream_since


def test_pages_may_connect_to_a_stream_on_another_port(rt: Runtime) -> None:
    """Without a proxy the stream has an address of its own, and only that one is added to the policy."""
    settings = rt.settings.model_copy(update={"callsvc_stream_url": "http://127.0.0.1:8001"})
    app = create_app(replace(rt, settings=settings))
    policy = app.test_client().get("/console/sign-in").headers["Content-Security-Policy"]
    assert "connect-src 'self' http://127.0.0.1:8001;" in policy
    assert stream_address(settings) == "http://127.0.0.1:8001/stream/events"


def test_a_page_is_told_what_happens_from_just_before_its_figures_were_read() -> None:
    assert stream_since(datetime(2020, 11, 16, 9, 0, tzinfo=UTC)) == "1605517197000-0"

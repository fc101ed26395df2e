"""The stream as pages and desks meet it: over HTTP, with sessions and keys in a database."""

import socket
import time
from collections.abc import Callable

import pytest
import requests

from callsvc.accounts.keys import create_key, revoke_key
from callsvc.accounts.sessions import revoke_sessions, sign_out
from callsvc.agents.service import declare_activity
from callsvc.runtime import Runtime
from callsvc.stream import DESK_PATH, PATH, limits, telling
from callsvc.stream.testing import stream_beside

from .conftest import Listening

OURS = "http://127.0.0.1:8000"


def change(rt: Runtime, topic: str, **what: str) -> None:
    with rt.db.begin() as tx:
        tx.changed(topic, **what)  # type: ignore[arg-type]


def test_strangers_hear_nothing_and_are_told_why(listening: Listening) -> None:
    answer = requests.get(listening.address + PATH, timeout=5)
    assert (answer.status_code, answer.json()["id"]) == (401, "sign-in-needed")
    bearer = {"Authorization": "Bearer key1.wrong"}
    answer = requests.get(listening.address + DESK_PATH, headers=bearer, timeout=5)
    assert (answer.status_code, answer.json()["id"]) == (403, "key-refused")
    assert requests.get(listening.address + "/stream/other", timeout=5).status_code == 404
    assert requests.get(listening.address + "/healthz", timeout=5).json()["live"] is True


def test_a_page_hears_what_changed_of_what_it_shows(listening: Listening) -> None:
    with listening.page(listening.chief, "figures,campaign") as ear:
        assert ear.answer.headers["Content-Type"] == "text/event-stream"
        assert ear.next().data == '["campaign", "figures"]'
        change(listening.rt, "queue", region="44")
        change(listening.rt, "figures", region="44")
        heard = ear.next()
        assert (heard.name, heard.data) == ("changed", '["figures"]')
        assert heard.id


def test_words_that_are_not_theirs_are_left_out(listening: Listening) -> None:
    words = "figures,figures:44,figures:11,accounts,sessions,operations,campaign:unknown,desk,nonsense"
    with listening.page(listening.local, words) as ear:
        assert ear.next().data == '["figures", "figures:44"]'
    with listening.page(listening.agent, "figures,desk,desk:somebody-else") as ear:
        assert ear.next().data == '["desk"]'


def test_a_supervisor_of_one_region_hears_nothing_of_another(listening: Listening) -> None:
    with listening.page(listening.local, "figures,queue") as ear:
        ear.next()
        change(listening.rt, "figures", region="11")
        change(listening.rt, "queue", region="44")
        assert ear.next().data == '["queue"]'


def test_who_comes_back_hears_what_they_missed(listening: Listening) -> None:
    with listening.page(listening.chief, "figures,queue") as ear:
        last = ear.next().id
    change(listening.rt, "queue", region="44")
    for resumed in (
        listening.page(listening.chief, "figures,queue", **{"Last-Event-ID": last}),
        listening.page(listening.chief, "figures,queue", since=last),
    ):
        with resumed as ear:
            assert ear.next().name == "ready"
            assert ear.next().data == '["queue"]'


def test_who_comes_back_after_too_long_looks_at_everything_again(listening: Listening) -> None:
    with listening.page(listening.chief, "figures", since="5-0") as ear:
        assert [ear.next().name for _ in range(2)] == ["ready", "resync"]


def test_a_desk_is_told_its_version_and_each_new_one(listening: Listening) -> None:
    key = create_key(listening.rt, "agent@example.org", ("desk",))
    for open_desk in (lambda: listening.desk(key=key), lambda: listening.desk(listening.agent)):
        with open_desk() as ear:
            assert ear.next().name == "ready"
            first = int(ear.next().data)
            for step, activity in enumerate(("available", "break"), 1):
                with listening.rt.db.begin() as tx:
                    declare_activity(tx, listening.agent_id, activity)
                heard = ear.next()
                assert (heard.name, int(heard.data)) == ("desk", first + step)
    answer = requests.get(
        listening.address + DESK_PATH, cookies={"callsvc_session": listening.local}, timeout=5
    )
    assert (answer.status_code, answer.json()["id"]) == (403, "not-an-agent")


def _sign_out(listening: Listening) -> None:
    sign_out(listening.rt, listening.local)


def _revoke(listening: Listening) -> None:
    with listening.rt.db.begin() as tx:
        revoke_sessions(tx, "acc-local")


@pytest.mark.parametrize("end", [_sign_out, _revoke])
def test_a_stream_ends_at_once_with_its_session(
    listening: Listening, end: Callable[[Listening], None]
) -> None:
    with listening.page(listening.local, "figures") as ear, listening.page(listening.chief, "queue") as other:
        ear.next(), other.next()
        end(listening)
        assert [heard.name for heard in ear.rest()] == ["signed-out"]
        change(listening.rt, "queue")
        assert other.next().name == "changed"


def test_a_stream_ends_at_once_with_its_key(listening: Listening) -> None:
    key = create_key(listening.rt, "agent@example.org", ("desk",))
    with listening.desk(key=key) as ear:
        ear.next(), ear.next()
        revoke_key(listening.rt, key.partition(".")[0])
        assert [heard.name for heard in ear.rest()] == ["signed-out"]


def test_a_session_that_runs_out_is_noticed_without_anybody_telling(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callsvc.stream.checking.CHECK_EVERY_S", 0.05)
    with stream_beside(listening.rt) as address:
        ear = type(listening)(**{**vars(listening), "address": address}).page(listening.local, "figures")
        with ear:
            ear.next()
            listening.rt.machine.advance(16 * 60)  # type: ignore[attr-defined]
            assert [heard.name for heard in ear.rest()] == ["signed-out"]


def test_only_our_own_pages_may_listen_from_another_port(listening: Listening) -> None:
    with listening.page(listening.chief, "figures", Origin=OURS) as ear:
        assert ear.answer.headers["Access-Control-Allow-Origin"] == OURS
        assert ear.answer.headers["Access-Control-Allow-Credentials"] == "true"
    with listening.page(listening.chief, "figures", Origin="http://evil.example") as ear:
        assert "Access-Control-Allow-Origin" not in ear.answer.headers
    refused = requests.get(listening.address + PATH, headers={"Origin": OURS}, timeout=5)
    assert refused.headers["Access-Control-Allow-Origin"] == OURS  # the page must see that it is a 401


def test_one_account_may_not_take_all_streams(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_OF_ACCOUNT", 2)
    with listening.page(listening.chief, "figures"), listening.page(listening.chief, "figures"):
        with listening.page(listening.chief, "figures") as ear:
            assert (ear.answer.status_code, ear.answer.json()["id"]) == (429, "streams-of-account")
        with listening.page(listening.local, "figures") as ear:
            assert ear.next().name == "ready"
    again = time.monotonic() + 5  # who left makes room
    while _refused(listening):
        assert time.monotonic() < again


def _refused(listening: Listening) -> bool:
    with listening.page(listening.chief, "figures") as ear:
        return ear.answer.status_code != 200


def test_when_the_process_stops_everybody_is_told_when_to_come_back(
    rt: Runtime, listening: Listening
) -> None:
    with stream_beside(rt) as address:
        ear = type(listening)(**{**vars(listening), "address": address}).page(listening.chief, "figures")
        ear.next()
    last = ear.rest()[-1]
    ear.close()
    assert last.name == "later"
    assert 500 <= int(last.data) <= 10_000


def test_a_proxy_of_the_old_protocol_is_served_too(listening: Listening) -> None:
    """nginx speaks HTTP/1.0 to us unless it is told otherwise."""
    host, port = listening.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        cookie = f"Cookie: callsvc_session={listening.chief}"
        connection.sendall(f"GET {PATH}?topics=figures HTTP/1.0\r\n{cookie}\r\n\r\n".encode())
        heard = b""
        while b"event: ready\n" not in heard:
            heard += connection.recv(4096)
    assert b"200 OK" in heard
    assert b"chunked" not in heard


def test_silence_is_kept_open_by_signs_of_life(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "PING_S", 0.05)
    key = create_key(listening.rt, "agent@example.org", ("desk",))
    for ear, sign in (
        (listening.desk(key=key), b": still here"),
        (listening.page(listening.chief, "aid"), b"event: ping"),
    ):
        with ear:
            assert any(line == sign for line in ear.answer.iter_lines(chunk_size=1))

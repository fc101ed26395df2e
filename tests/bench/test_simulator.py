"""The measurement of the simulator runs and stops by itself; its figures are not judged here."""

import json

import pytest
from click.testing import CliRunner

from callsvc.bench.answerer import _Book
from callsvc.bench.keeping_up import answers_ms
from callsvc.bench.simulator import simulator


def test_a_short_measurement_holds_calls_and_times_their_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_PAUSE_S", 0.3), ("_SETTLE_S", 2.0), ("_SATURATE_S", 0.5)):
        monkeypatch.setattr(f"callsvc.bench.simulator.{name}", value)
    result = CliRunner().invoke(simulator, ["--rate", "3", "--seconds", "2", "--format", "json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)["simulator"]
    assert told["bare_per_s"] > 0 and told["most_set_up_per_s"] > 0
    held = told["held"]
    assert held["simultaneous"] > 0 and held["timed"] > 0 and held["refused"] == 0
    assert held["memory_mib"] > 10 and held["processor_ms_a_call"] > 0


def test_a_call_is_late_by_what_passes_after_it_was_due() -> None:
    book = _Book(seconds=0.0, rounds=2)
    body = b"CallSid=CA1"
    answers = [book.answer("/voice", body) for _ in range(3)]
    assert [b"Redirect" in answer for answer in answers] == [True, True, False]
    assert len(book.late_ms) == 2 and all(0 <= late < 1000 for late in book.late_ms)
    assert json.loads(book.answer("/figures", b"").partition(b"\r\n\r\n")[2])["requests"] == 4
    assert book.late_ms == []


def test_a_webhook_without_an_answer_counts_as_a_minute() -> None:
    def line(kind: str, second: int, code: int = 0) -> dict[str, object]:
        return {"kind": kind, "at": f"2020-11-16T09:00:0{second}+00:00", "code": code}

    answered = [line("request", 1), line("response", 2)]
    assert answers_ms(answered) == [1000.0]
    assert answers_ms([*answered, line("request", 3)]) == [1000.0, 60_000.0]
    assert answers_ms([line("request", 1), line("response", 2, 11200)]) == [60_000.0]

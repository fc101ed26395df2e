"""The measurement of a webhook runs and stops by itself; its figures are not judged here."""

import json

from click.testing import CliRunner

from callsvc.bench.webhook import webhook


def test_whole_conversations_are_answered_and_counted_turn_by_turn() -> None:
    result = CliRunner().invoke(webhook, ["--calls", "4", "--seconds", "0.4", "--format", "json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["refused"] == 0 and told["webhooks"] == 16
    assert 0 < told["bare_ms"] < told["webhook_ms"] and told["ratio"] > 1
    assert all(ms > 0 for ms in told["by_turn_ms"].values()) and len(told["by_turn_ms"]) == 4
    assert 0 < told["p50_ms"] <= told["p99_ms"]

"""The measurement of streams measures: a short one tells every figure."""

import json

from click.testing import CliRunner

from callsvc.bench.streams import streams


def test_a_short_measurement_tells_memory_processor_time_and_latency() -> None:
    short = ["--streams", "20", "--desks", "10", "--rate", "10", "--seconds", "0.5", "--format", "json"]
    result = CliRunner().invoke(streams, short, catch_exceptions=False)
    nobody, pages, mixed = json.loads(result.stdout)
    assert (nobody["streams"], pages["streams"], mixed["streams"]) == (0, 20, 30)
    assert nobody["delivered_per_s"] == 0
    assert nobody["rss_mib"] > 10
    assert pages["p50_ms"] <= pages["p99_ms"] < 2_000
    assert mixed["p50_ms"] is not None

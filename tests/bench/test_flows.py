"""The measurement of flows holds every conversation of the library; its figures are not judged here."""

import json

from click.testing import CliRunner

from callsvc.bench.command import command
from ivr_flows import library


def test_every_flow_of_the_library_is_measured_beside_its_baseline() -> None:
    result = CliRunner().invoke(command, ["flows", "--rounds", "1", "--format", "json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert [one["flow"] for one in told] == list(library.names())
    for one in told:
        assert one["turns"] > 0 and one["begin_us"] > 0 and 0 < one["resume_us"] <= one["resume_p99_us"]
        assert one["baseline_us"] > 0 and one["ratio"] > 0

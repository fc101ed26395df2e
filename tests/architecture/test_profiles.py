"""What differs from carrier to carrier is said in one place."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PROFILES = "callsvc/carrier/profiles.py"

# A version or product in a path of the carrier's interface, a header of a signature, the shape of a SID.
ONLY_THERE = re.compile(
    r"2010-04-01|/laml|/texml|X-Twilio-Signature|telnyx-|X-SignalWire"
    r"|\[0-9a-fA?-?F?\]\{32\}|[\"'](?:AC|CA|SM|CF)[\"']|startswith\([\"'](?:AC|CA|SM|CF)|len\(\w*sid\w*\)"
    r"|[\"'](?:AC|CA|SM|CF)\[0-9"
)
# Sample data: an account for the embedded carrier, and the carrier in memory's own names.
ALLOWED = {"callsvc/processes/environment.py": {'"AC"'}}


def test_only_the_profiles_know_paths_signature_headers_and_the_shape_of_sids() -> None:
    found = {}
    for package in ("callsvc", "workers", "ivr_flows"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            name = path.relative_to(PROJECT).as_posix()
            if name == PROFILES or name.startswith(("callsvc/simulator/", "callsvc/bench/", "callsvc/demo/")):
                continue
            code = re.sub(r'"""[\s\S]*?"""|``[^`]*``|#.*', "", path.read_text())
            words = set(ONLY_THERE.findall(code)) - ALLOWED.get(name, set())
            if words:
                found[name] = words
    assert found == {}


def test_the_pattern_finds_what_it_is_for() -> None:
    for bad in (
        're.compile(r"CA[0-9a-f]{32}")',
        '"/2010-04-01/Accounts"',
        'sid.startswith("CA")',
        "len(sid)",
    ):
        assert ONLY_THERE.search(bad), bad

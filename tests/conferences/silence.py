"""How long somebody on the telephone heard nothing, from the simulator's record of their call.

Heard is what the platform says or plays, whoever else is in the conference and may be heard, whoever a Dial
connected, and its ringing.
"""

from datetime import datetime
from typing import Any

from callsvc.simulator.twiml.speech import SOUND, seconds_of

Span = tuple[float, float]


def longest_silence(call: dict[str, Any], now: datetime) -> float:
    """In lived seconds, between the answer and the end of the call (or now)."""
    entries = [(_seconds(one["at"]), one) for one in call["timeline"]]
    answered = [at for at, one in entries if one["kind"] == "status" and one["status"] == "in-progress"]
    if not answered:
        return 0.0
    end = _seconds(call["ended_at"]) if call["ended_at"] else now.timestamp()
    longest, quiet_since = 0.0, answered[0]
    for begin, stop in sorted(_spans(entries, end)):
        longest = max(longest, begin - quiet_since)
        quiet_since = max(quiet_since, stop)
    return round(max(longest, end - quiet_since), 2)


def _spans(entries: list[tuple[float, Any]], end: float) -> list[Span]:
    spans: list[Span] = []
    company = dialling = None
    for at, one in entries:
        kind = one["kind"]
        if kind in ("said", "played"):
            spans.append((at, min(end, at + (seconds_of(one["text"]) if kind == "said" else SOUND))))
        elif kind == "company":
            if company is not None and not one["present"]:
                spans.append((company, at))
            company = at if one["present"] else None
        elif kind == "left" and company is not None:
            spans.append((company, at))
            company = None
        elif kind == "verb" and one["verb"] == "Dial":
            dialling = at
        elif kind == "joined":
            dialling = None  # a conference: heard is who else is in it
        elif kind == "dialled" and dialling is not None:
            spans.append((dialling, at))
            dialling = None
    return spans + [(since, end) for since in (company, dialling) if since is not None]


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()

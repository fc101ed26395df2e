"""Answering machine detection: the verdict and how long it takes, from the call's settings and the greeting.

"MachineDetection: Enable returns human, machine_start, fax, unknown as soon as the called party is
identified; DetectMessageEnd waits for the end of the greeting and returns machine_end_beep,
machine_end_silence, machine_end_other". SpeechThreshold: "speech longer than this is a machine".
"""

from __future__ import annotations

from callsvc.simulator.calls.record import CallOptions

_BEEP = 0.5
_FAX_TONE = 1.5


def verdict(
    options: CallOptions, kind: str, greeting: float, after_greeting: str = "beep"
) -> tuple[str, float]:
    """AnsweredBy and the lived seconds after the answer until it is known.

    `after_greeting` is what a machine ends its greeting with: beep, silence or other.
    """
    limit = options.detection_timeout
    if kind == "fax":
        return _within("fax", _FAX_TONE, limit)
    if greeting <= 0:
        return _within("unknown", options.silence_timeout / 1000, limit)
    threshold = options.speech_threshold / 1000
    if greeting <= threshold:
        return _within("human", greeting + options.speech_end_threshold / 1000, limit)
    if options.machine_detection == "DetectMessageEnd":
        heard = _BEEP if after_greeting == "beep" else options.speech_end_threshold / 1000
        return _within(f"machine_end_{after_greeting}", greeting + heard, limit)
    return _within("machine_start", threshold, limit)


def _within(answered_by: str, after: float, limit: float) -> tuple[str, float]:
    return (answered_by, after) if after <= limit else ("unknown", limit)

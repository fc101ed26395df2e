"""The sound of a recording: silence as a WAV file, 8 kHz, 16 bits, as the vendor's files are."""

from __future__ import annotations

import io
import wave

RATE = 8000
LONGEST = 60  # seconds of sound a file holds at most: nobody listens to an hour of silence


def wav_of(seconds: int, channels: int) -> bytes:
    """A valid WAV file of that many seconds (at most LONGEST) and 1 or 2 channels."""
    whole = io.BytesIO()
    with wave.open(whole, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(2 * channels * RATE * min(LONGEST, seconds)))
    return whole.getvalue()

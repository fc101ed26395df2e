"""Over what time a pace is meant: arithmetic."""

from datetime import timedelta

PACE_WINDOW = timedelta(seconds=10)  # lived; the rate of conversations by SMS holds over any such window

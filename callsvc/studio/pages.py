"""The pages of flows under ``/console/flows/``: all of them by name."""

from callsvc.studio import editing, leaving, publishing, reading, ringing, trying
from callsvc.studio.blueprint import blueprint

__all__ = ["blueprint", "editing", "leaving", "publishing", "reading", "ringing", "trying"]

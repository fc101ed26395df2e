"""The pages of flows under ``/console/flows/``: reading, editing, publishing, trying, leaving."""

from callsvc.studio import editing, leaving, publishing, reading, trying
from callsvc.studio.blueprint import blueprint

__all__ = ["blueprint", "editing", "leaving", "publishing", "reading", "trying"]

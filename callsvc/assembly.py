"""The real Runtime: settings, and everybody who reacts. Workers and commands need no more of the service.

The application is not imported here: its pages and its API take longer to load than all the rest.
"""

from callsvc.core.settings import Settings
from callsvc.runtime import Runtime, runtime_from_settings
from callsvc.subscriptions import REACTIONS


def make_runtime(settings: Settings | None = None) -> Runtime:
    """The world as the environment describes it, or as these settings do."""
    rt = runtime_from_settings(settings or Settings.from_environment())
    rt.db.reactions = REACTIONS
    return rt

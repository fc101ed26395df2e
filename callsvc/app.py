"""Builds the Runtime and the Flask application; turns kinds of errors into HTTP codes."""

from callsvc.core.settings import Settings
from callsvc.runtime import Runtime, runtime_from_settings
from callsvc.subscriptions import REACTIONS


def make_runtime(settings: Settings | None = None) -> Runtime:
    rt = runtime_from_settings(settings or Settings.from_environment())
    rt.db.reactions = REACTIONS
    return rt

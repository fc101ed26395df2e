"""Check whether a stop of everything holds all campaigns."""

from sqlalchemy.exc import SQLAlchemyError

from callsvc.campaigns.tables import IN_FORCE, stop_order
from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.operations.checks.finding import Finding, ok, skipped, wrong


def check_stop(settings: Settings) -> Finding:
    """Nothing is stopped, or since when and how it is lifted."""
    try:
        engine = connect(settings.database_url)
        try:
            with engine.connect() as connection:
                row = connection.execute(stop_order.select().where(IN_FORCE)).first()
        finally:
            engine.dispose()
    except SQLAlchemyError:
        return skipped("stop", "Not asked, as the database does not answer.")
    if row is None:
        return ok("stop", "Nothing is stopped.")
    return wrong(
        "stop",
        f"Everything was stopped at {row.asked_at:%Y-%m-%d %H:%M} UTC; no campaign starts and no SMS leaves.",
        "When its reason is gone: `callsvc campaign lift-stop`, then resume each campaign by hand.",
    )

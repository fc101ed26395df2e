"""Check that no row of people and their numbers points nowhere."""

from sqlalchemy.exc import SQLAlchemyError

from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.operations.checks.finding import Finding, ok, skipped, wrong
from callsvc.retention.astray import astray


def check_rows(settings: Settings) -> Finding:
    """None, or how many and of which kind. Seconds for a million people: not for a page."""
    try:
        engine = connect(settings.database_url)
        try:
            with engine.connect() as connection:
                found = astray(connection.execute)
        finally:
            engine.dispose()
    except SQLAlchemyError:
        return skipped("rows", "Not asked, as the database does not answer.")
    if not found:
        return ok("rows", "No row of people and numbers points nowhere.")
    return wrong(
        "rows",
        f"Rows point nowhere: {', '.join(f'{one.rows} {one.kind}' for one in found)}.",
        "`callsvc retention verify` names them, `--mend` ends them: docs/operations.md, rows-astray.",
    )

"""Several writes in one round trip, where the database is at the other end of a wire."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def sent_together(connection: Connection) -> Iterator[None]:
    """PostgreSQL's pipeline: nothing waits for an answer before the block's end. SQLite has no way to go.

    Row counts are not known inside, and an error may show only at the end: then as ``execute`` raises it.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    errors: type[Exception] = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except errors as error:
        raise DBAPIError.instance(None, None, error, errors, hide_parameters=True) from error

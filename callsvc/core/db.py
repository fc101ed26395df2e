"""The database: one engine, short transactions, two dialects.

``with rt.db.begin() as tx`` opens a writing transaction (SQLite: BEGIN IMMEDIATE, so that it waits its turn
instead of failing half-way; PostgreSQL: read committed, rows locked by ``with_for_update``).
``with rt.db.read() as tx`` opens one for reading. A ``Tx`` is the only database handle in scope: it carries
the instant at which the use case began on both clocks, raises events, and holds jobs and changes until after
the commit.
"""

import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, Dialect, Engine, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from callsvc.core.bulk import BULK_OF_POSTGRESQL, ROOMY, Rows, insert_rows, nothing, rows_among
from callsvc.core.changes import Changes, Collected, MemoryChanges
from callsvc.core.clock import Clock
from callsvc.core.events import Event, Reactions
from callsvc.core.ids import Ids
from callsvc.core.jobs import Jobs
from callsvc.core.keyring import Keyring
from callsvc.core.settings import Settings
from callsvc.core.together import sent_together
from callsvc.core.topics import TopicName

T = TypeVar("T")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = sa.String(40)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant on both dialects (SQLite keeps it as text that sorts in time)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone is a bug")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Tx:
    """A transaction in progress. ``now`` is lived time, ``machine_now`` real time, both read once."""

    def __init__(self, database: "Database", connection: Connection) -> None:
        self._database = database
        self._connection = connection
        self.now = database.clock.now()
        self.machine_now = database.machine.now()
        self.keyring = database.keyring
        self.settings = database.settings
        self.dialect = database.dialect
        self.speed = database.clock.speed  # lived seconds per real second
        self._jobs: list[tuple[str, list[str]]] = []
        self._after_commit: list[Callable[[], None]] = []
        self._changes = Collected()

    def new_id(self, kind: str) -> str:
        return self._database.ids.new(kind)

    def execute(self, statement: sa.Executable, parameters: Any = None) -> CursorResult[Any]:
        return self._connection.execute(statement, parameters)

    def all(self, statement: sa.Executable, **values: Any) -> Sequence[Row[Any]]:
        return self._connection.execute(statement, values or None).all()

    def first(self, statement: sa.Executable, **values: Any) -> Row[Any] | None:
        """The first row. What is asked often is built once, with ``bindparam``s: building costs thrice."""
        return self._connection.execute(statement, values or None).first()

    def scalar(self, statement: sa.Executable, **values: Any) -> Any:
        return self._connection.execute(statement, values or None).scalar()

    def insert(self, table: sa.Table, **values: Any) -> None:
        self._connection.execute(_insert(table), values)

    def insert_rows(
        self, table: sa.Table, columns: tuple[str, ...], rows: Rows, meanwhile: Callable[[], None] = nothing
    ) -> None:
        """Many rows at once, values as the driver wants them: see ``core/bulk.py``."""
        insert_rows(self._connection, table, columns, rows, meanwhile)

    def among(self, select: str, values: Sequence[Any], *, lock: str = "") -> Iterator[tuple[Any, ...]]:
        """Rows whose last-named column is among these values, as the driver gives them: ``core/bulk.py``."""
        return rows_among(self._connection, select, values, lock=lock)

    def insert_once(self, table: sa.Table, **values: Any) -> bool:
        """Insert unless a unique key forbids it; True if the row is new."""
        return (
            self._connection.execute(_insert_once(table, self._database.dialect), values).first() is not None
        )

    def update_row(self, table: sa.Table, id: str, **values: Any) -> int:
        """Change the row with this primary key; number of rows changed. ``update`` at a fifth of its cost."""
        return self._connection.execute(_update_row(table), {"row_id": id, **values}).rowcount

    def update(self, table: sa.Table, where: sa.ColumnElement[bool], **values: Any) -> int:
        """Number of rows changed; a compare-and-set is ``where=(id == x) & (state == 'y')`` and a 1."""
        return self._connection.execute(table.update().where(where).values(**values)).rowcount

    def delete(self, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
        return self._connection.execute(table.delete().where(where)).rowcount

    def one_at_a_time(self, name: str, *, shared: bool = False) -> None:
        """Wait until no other transaction is past here with this name; those who share it go on together.

        SQLite's writers are alone anyway.
        """
        if self.dialect == "postgresql":
            lock = f"SELECT pg_advisory_xact_lock{'_shared' * shared}(hashtextextended(%s, 0))"
            self._connection.exec_driver_sql(lock, (name,))

    def together(self) -> AbstractContextManager[None]:
        """Several writes in a row whose answers nobody reads: ``core/together.py``."""
        return sent_together(self._connection)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with self._connection.begin_nested():
            yield

    def emit(self, event: Event) -> None:
        """Run every reaction to this event now, inside this transaction."""
        for reaction in self._database.reactions.get(type(event), ()):
            reaction(self, event)

    def enqueue(self, job: str, *ids: str) -> None:
        """Ask for one job with these ids once this transaction is committed."""
        self._jobs.append((job, list(ids)))

    def changed(self, topic: TopicName, *, region: str = "", subject: str = "", version: int = 0) -> None:
        """Tell those who watch, once this transaction is committed; ``core/topics.py`` lists the topics."""
        self._changes.add(topic, region, subject, version)

    def after_commit(self, effect: Callable[[], None]) -> None:
        self._after_commit.append(effect)

    def run_after_commit(self) -> None:
        for job, ids in self._jobs:
            self._database.jobs.enqueue(job, ids)
        if self._changes:
            self._database.changes.publish(self._changes.changes())
        for effect in self._after_commit:
            effect()


class Database:
    """An engine and what a transaction needs to know."""

    def __init__(
        self,
        engine: Engine,
        *,
        settings: Settings,
        clock: Clock,
        machine: Clock,
        ids: Ids,
        jobs: Jobs,
        keyring: Keyring,
    ) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self.settings = settings
        self.clock = clock
        self.machine = machine
        self.ids = ids
        self.jobs = jobs
        self.keyring = keyring
        self.reactions: Reactions = {}
        self.changes: Changes = MemoryChanges()  # a service of several processes has one that all can read

    @contextmanager
    def begin(self, *, bulk: bool = False) -> Iterator[Tx]:
        """A writing transaction; ``bulk`` says that thousands of rows will be inserted.

        A bulk commit of PostgreSQL does not wait for the disk. A crash of the server may undo the last of
        them, whole and in order, and whoever writes in bulk notes in the same transaction how far it came.
        """
        with self.engine.connect().execution_options(callsvc_bulk=bulk) as connection, connection.begin():
            if bulk and self.dialect == "postgresql":
                connection.exec_driver_sql(BULK_OF_POSTGRESQL)
            tx = Tx(self, connection)
            yield tx
        tx.run_after_commit()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        with self.engine.connect().execution_options(callsvc_read=True) as connection, connection.begin():
            yield Tx(self, connection)


@cache
def _insert(table: sa.Table) -> sa.Insert:
    return table.insert()


@cache
def _insert_once(table: sa.Table, dialect: str) -> sa.Insert:
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return insert.on_conflict_do_nothing().returning(sa.literal(1))


@cache
def _update_row(table: sa.Table) -> sa.Update:
    [key] = table.primary_key
    return table.update().where(key == sa.bindparam("row_id"))


def is_deadlock(error: DBAPIError) -> bool:
    """PostgreSQL ended this transaction to resolve a deadlock: nothing of it happened; run it again."""
    return getattr(error.orig, "sqlstate", None) in ("40P01", "40001")


def again_after_deadlock(use_case: Callable[[], T], tries: int = 3) -> T:
    """Run a use case of one transaction; once more when the database ended it to resolve a deadlock.

    Lock orders make deadlocks rare, not impossible; an opt-out must not be what is lost to one.
    """
    for _ in range(tries - 1):
        try:
            return use_case()
        except DBAPIError as error:
            if not is_deadlock(error):
                raise
    return use_case()


def connect(url: str, *, pool_size: int = 8) -> Engine:
    """An engine with this project's transaction modes; SQLite or PostgreSQL, nothing else."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_size=pool_size, hide_parameters=True
        )
        sa.event.listen(engine, "checkout", _renew_closed)
        return engine
    engine = sa.create_engine(
        parsed,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=8,
        connect_args={"timeout": 15},
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _renew_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Throw away what a server that restarted has closed, as ``pool_pre_ping`` does, without asking it.

    On an idle connection there is nothing to read but a farewell.
    """
    waiting = select.poll()
    if not connection.closed:
        waiting.register(connection.fileno(), select.POLLIN)
    if connection.closed or waiting.poll(0):
        raise sa.exc.InvalidatePoolError


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred and would fail under contention
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("callsvc_bulk"):
        for pragma in ROOMY:
            connection.exec_driver_sql(pragma)
    connection.exec_driver_sql("BEGIN" if options.get("callsvc_read") else "BEGIN IMMEDIATE")

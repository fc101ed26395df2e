"""Alembic's entry: the connection comes from ``callsvc.migrations.upgrade``, never from an ini file."""

from alembic import context

from callsvc.core.db import metadata
from callsvc.migrations import load_tables

load_tables()
connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

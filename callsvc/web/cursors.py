"""Lists in pages that stay true while rows are added: each page begins after the last row of the one before.

A cursor is that row's sort key and id, signed, and bound to the list it came from with its filters. It holds
no name and no number, for it stands in URLs.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import Field
from sqlalchemy.engine import Row

from callsvc.core.db import Instant, Tx
from callsvc.core.errors import Invalid
from callsvc.web.models import Asked

MOST = 200


class Paging(Asked):
    """What every list understands; its own filters are added by subclasses."""

    limit: int = Field(50, ge=1, le=MOST, description="Most rows in this page.")
    cursor: str = Field(
        "", max_length=600, description="From `next` of the page before; leave it out for the first page."
    )


def narrowed(wanted: sa.Select[Any], *filters: tuple[sa.ColumnElement[Any], Any]) -> sa.Select[Any]:
    """The rows whose columns equal what was asked for; an empty value asks for nothing."""
    return wanted.where(*(column == value for column, value in filters if value))


def page_of(
    tx: Tx, wanted: sa.Select[Any], paging: Paging, *keys: sa.ColumnElement[Any], newest_first: bool = False
) -> tuple[Sequence[Row[Any]], str | None]:
    """One page of ``wanted`` in the order of ``keys`` (the last one unique), and the link to the next.

    Raises ``cursor-invalid`` for a cursor that this list, with these filters, did not give out.
    """
    if paging.cursor:
        after = _read(tx, paging.cursor, keys)
        place = sa.tuple_(*keys)
        bound = sa.tuple_(*(sa.literal(value, key.type) for value, key in zip(after, keys, strict=True)))
        wanted = wanted.where(place < bound if newest_first else place > bound)
    order = [key.desc() if newest_first else key.asc() for key in keys]
    named = [key.label(f"_key{number}") for number, key in enumerate(keys)]
    rows = tx.all(wanted.add_columns(*named).order_by(*order).limit(paging.limit + 1))
    if len(rows) <= paging.limit:
        return rows, None
    rows = rows[: paging.limit]
    last = [rows[-1]._mapping[one.name] for one in named]
    return rows, _link(tx, paging, last)


def _link(tx: Tx, paging: Paging, last: list[Any]) -> str:
    told = [value.isoformat() if isinstance(value, datetime) else value for value in last]
    query = {**_filters(), "limit": paging.limit, "cursor": _signer(tx).dumps(told)}
    return f"{request.path}?{urlencode(query)}"


def _read(tx: Tx, cursor: str, keys: Sequence[sa.ColumnElement[Any]]) -> list[Any]:
    try:
        told = _signer(tx).loads(cursor)
    except BadSignature:
        raise Invalid(
            "cursor-invalid", "This cursor is not of this list and these filters: begin at the first page."
        ) from None
    return [
        datetime.fromisoformat(value) if isinstance(key.type, Instant) else value
        for value, key in zip(told, keys, strict=True)
    ]


def _signer(tx: Tx) -> URLSafeSerializer:
    salt = f"cursor {request.path}?{urlencode(_filters())}"
    signer: URLSafeSerializer = URLSafeSerializer(tx.settings.callsvc_secret_key, salt=salt)
    return signer


def _filters() -> dict[str, str]:
    given = sorted(request.args.items())
    return {name: value for name, value in given if name not in ("cursor", "limit")}

"""What callers of a region hear when nobody is there, or when too many call: texts of its administrators."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from callsvc.core.db import Tx
from callsvc.platforms.tables import region_message

OCCASIONS = ("closed", "overflow")


def put_messages(tx: Tx, region_code: str, messages: Mapping[str, Mapping[str, str]]) -> None:
    """Make these the region's messages, by occasion and language; an occasion left out has none any more."""
    tx.delete(region_message, region_message.c.region_code == region_code)
    for occasion, texts in messages.items():
        for language, text in texts.items():
            what = {"occasion": occasion, "language": language, "text": " ".join(text.split())}
            tx.insert(region_message, region_code=region_code, changed_at=tx.now, **what)


def messages_of(tx: Tx, region_code: str) -> dict[str, dict[str, str]]:
    """The texts by occasion and language."""
    found: dict[str, dict[str, str]] = {}
    rows = sa.select(region_message).where(region_message.c.region_code == region_code)
    for row in tx.all(rows.order_by(region_message.c.occasion, region_message.c.language)):
        found.setdefault(row.occasion, {})[row.language] = row.text
    return found


_TEXTS = sa.select(region_message.c.language, region_message.c.text).where(
    region_message.c.region_code == sa.bindparam("region"),
    region_message.c.occasion == sa.bindparam("occasion"),
)


def message_for(tx: Tx, region_code: str, occasion: str, language: str) -> tuple[str, str] | None:
    """(language, text) in this language, else in French, else in any; None when the region says nothing."""
    texts: dict[str, Any] = {
        row.language: row.text for row in tx.all(_TEXTS, region=region_code, occasion=occasion)
    }
    spoken = next((one for one in (language, "fr", *texts) if one in texts), None)
    return (spoken, str(texts[spoken])) if spoken is not None else None

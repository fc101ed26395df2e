"""Every webhook once: a repeat finds the stored event and gets the stored answer."""

from typing import Any

import sqlalchemy as sa

from callsvc.calls.tables import webhook_event
from callsvc.core.db import Tx


def first_time(tx: Tx, key: str, leg_id: str | None, **facts: Any) -> bool:
    """Note this webhook; False if it was here before. Facts are statuses and counts, nothing personal."""
    return tx.insert_once(
        webhook_event,
        key=key,
        leg_id=leg_id,
        received_at=tx.now,
        received_machine_at=tx.machine_now,
        facts=facts,
    )


def store_answer(tx: Tx, key: str, answer: str) -> str:
    tx.update_row(webhook_event, key, answer=tx.keyring.encrypt(answer, f"webhook_event:{key}"))
    return answer


def stored_answer(tx: Tx, key: str) -> str | None:
    """What was answered the first time; None if nothing was (a status callback)."""
    answer = tx.scalar(sa.select(webhook_event.c.answer).where(webhook_event.c.key == key))
    return None if answer is None else tx.keyring.decrypt(answer, f"webhook_event:{key}")

"""What the administrator chooses about routing: the newest row of ``routing_terms``, and who changed what.

What is not chosen stays as in ``rules/terms.py``, but for callbacks, which the live service offers.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

import sqlalchemy as sa

from callsvc.accounts.access import SYSTEM, record_access
from callsvc.accounts.scope import Principal
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid
from callsvc.routing.rules.terms import ORDERS, Terms
from callsvc.routing.tables import routing_terms

LIVE: Final = Terms(callback_after_s=8.0, margin=0.02)

CALLBACK_MARGIN: Final = 0.02
"""With callbacks the ledger aims a little higher: a call put off is one not answered in time."""

BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "floor": (0.01, 0.99),
    "second_share": (0.0, 1.0),
    "cap": (0.0, 1.0),
    "callback_after_s": (0.0, 600.0),
    "callback_idle": (0.0, 1.0),
}
"""What may be chosen, from and to; besides ``order`` and ``computed_reserve``."""
CHOICES: Final = ("order", "computed_reserve", *BOUNDS)


def terms_of(tx: Tx) -> Terms:
    """The terms in force now."""
    chosen = tx.scalar(NEWEST)
    return LIVE if chosen is None else terms_from(chosen)


NEWEST: Final = sa.select(routing_terms.c.terms).order_by(routing_terms.c.number.desc()).limit(1)


def terms_from(chosen: Mapping[str, Any]) -> Terms:
    """Terms with these choices in place of the defaults."""
    terms = replace(LIVE, **{name: value for name, value in chosen.items() if name in CHOICES})
    return replace(terms, margin=Terms().margin if terms.callback_after_s is None else CALLBACK_MARGIN)


def chosen_of(terms: Terms) -> dict[str, Any]:
    """The choices alone, by name."""
    return {name: value for name, value in asdict(terms).items() if name in CHOICES}


def may_change_terms(by: Principal | None) -> bool:
    """They hold for everybody: an administrator of the whole country, or the service itself."""
    return by is None or (by.role == "administrator" and by.sees_everything)


def change_terms(tx: Tx, by: Principal | None, **changes: Any) -> Terms:
    """Change some choices, from the next decision on; ``by`` None is the operator's command line.

    Writes nothing when nothing changes. Raises ``whole-country-only``, ``terms-invalid``, ``terms-changing``.
    """
    if not may_change_terms(by):
        raise Forbidden("whole-country-only", "An administrator of the whole country decides this.")
    check_terms(changes)
    before = chosen_of(terms_of(tx))
    changed = {name: [before[name], value] for name, value in changes.items() if before[name] != value}
    if not changed:
        return terms_of(tx)
    number = int(tx.scalar(sa.select(sa.func.max(routing_terms.c.number))) or 0) + 1
    name = by.account_id if by else SYSTEM
    new = tx.insert_once(
        routing_terms, number=number, at=tx.now, by=name, terms=before | changes, changed=changed
    )
    if not new:
        raise Conflict("terms-changing", "Somebody else is changing the terms right now; look at them again.")
    record_access(tx, by, "routing-terms-changed", str(number), changed)
    tx.changed("aid")
    return terms_of(tx)


def check_terms(changes: Mapping[str, Any]) -> None:
    """Raises ``terms-invalid`` with what is wrong."""
    for name, value in changes.items():
        if name == "order":
            wrong = value not in ORDERS
        elif name == "computed_reserve":
            wrong = not isinstance(value, bool)
        elif name in BOUNDS:
            least, most = BOUNDS[name]
            never = name == "callback_after_s" and value is None
            wrong = not never and not (_is_number(value) and least <= value <= most)
        else:
            wrong = True
        if wrong:
            raise Invalid("terms-invalid", f"{name} cannot be {value!r}; {_allowed(name)}.", name=name)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _allowed(name: str) -> str:
    if name == "order":
        return f"it is one of {', '.join(ORDERS)}"
    if name == "computed_reserve":
        return "it is true or false"
    if name not in BOUNDS:
        return f"what may be chosen is {', '.join(CHOICES)}"
    least, most = BOUNDS[name]
    return f"it is a number from {least:g} to {most:g}"


def history_of(tx: Tx, most: int = 50) -> list[dict[str, Any]]:
    """Changes, the newest first: ``number``, ``at``, ``by``, ``changed`` ({name: [before, after]})."""
    rows = tx.all(sa.select(routing_terms).order_by(routing_terms.c.number.desc()).limit(most))
    return [{"number": row.number, "at": row.at, "by": row.by, "changed": row.changed} for row in rows]

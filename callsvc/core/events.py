"""Past-tense events: how news travels upwards without imports.

An event is raised inside the transaction that makes it true (``tx.emit(...)``) and every reaction listed for
its type in ``callsvc.subscriptions`` runs in that same transaction: either all of it happened, or none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callsvc.core.db import Tx


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events; carries ids and facts, never a number or a name."""


Reaction = Callable[["Tx", Any], None]
Reactions = Mapping[type[Event], Sequence[Reaction]]

"""An agent's line: which it is, what is dialled for it, and choosing another."""

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.service import agent_by_id, client_name_of, touch_agent
from callsvc.carrier.profiles import profile_of
from callsvc.carrier.tokens import can_sign, voice_token
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.core.phone_numbers import mask
from callsvc.core.settings import Settings
from callsvc.softphone.rules import DRIVERS, SDK, TELEPHONE, allowed_drivers, driver_of
from callsvc.softphone.tables import agent_softphone

TOKEN_S: Final = 600
"""Real seconds a token of the voice SDK holds; the desk fetches the next one before its end."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """``driver`` is empty for an agent who has no line; ``telephone`` is masked, empty when there is none."""

    driver: str
    allowed: tuple[str, ...]
    telephone: str
    candidate: str


def allowed(settings: Settings) -> tuple[str, ...]:
    """The lines an agent may choose here, the usual one first."""
    named = settings.callsvc_softphones.split(",")
    clients = profile_of(settings).clients
    return allowed_drivers(
        named, loopback=settings.carrier_is_loopback and clients, has_sdk=can_sign(settings) and clients
    )


def line_of(tx: Tx, agent_id: str) -> Line:
    """What an agent may know about their own line."""
    row = _row(tx, agent_id)
    return Line(
        driver=_driver(tx, row),
        allowed=allowed(tx.settings),
        telephone=mask(_telephone(tx, row)) if row is not None and row.telephone else "",
        candidate=mask(candidate_of(tx, agent_id)),
    )


def driver(tx: Tx, agent_id: str) -> str:
    """The line that is dialled now; empty when the agent has none."""
    return _driver(tx, _row(tx, agent_id))


def rings_telephone(tx: Tx, agent_id: str) -> bool:
    """An offer rings the agent's own telephone, where a key takes it."""
    return driver(tx, agent_id) == TELEPHONE


def address_of(tx: Tx, agent_id: str) -> str:
    """What the carrier dials for this agent: E.164 or ``client:<name>``; never logged."""
    row = _row(tx, agent_id)
    if row is not None and _driver(tx, row) == TELEPHONE:
        return _telephone(tx, row)
    return f"client:{client_name_of(tx, agent_id)}"


def require_line(tx: Tx, agent_id: str) -> None:
    """Raise ``softphone-missing`` for an agent whom no call could reach."""
    if not driver(tx, agent_id):
        raise Conflict("softphone-missing", "Give your telephone number on the desk first, and confirm it.")


def choose_driver(tx: Tx, agent_id: str, wanted: str) -> None:
    """Speak through another line from the next call on.

    Raises ``softphone-not-allowed``, ``telephone-unconfirmed``, ``agent-busy`` in the middle of a call.
    """
    if wanted not in DRIVERS or wanted not in allowed(tx.settings):
        raise Invalid(
            "softphone-not-allowed",
            f"Choose one of: {', '.join(allowed(tx.settings)) or 'none is allowed'}.",
            allowed=list(allowed(tx.settings)),
        )
    if agent_by_id(tx, agent_id).state not in ("idle", "wrap-up"):
        raise Conflict("agent-busy", "Change your line after this call.")
    row = _row(tx, agent_id)
    if wanted == TELEPHONE and (row is None or row.telephone is None):
        raise Conflict("telephone-unconfirmed", "Give your telephone number, and confirm it by its code.")
    write_row(tx, agent_id, driver=wanted)


def token_for(tx: Tx, agent_id: str) -> tuple[str, str]:
    """(token, the softphone's name) for the voice SDK in this agent's browser, for ten real minutes.

    Raises ``softphone-not-configured``.
    """
    if SDK not in allowed(tx.settings):
        raise Conflict(
            "softphone-not-configured",
            "The voice SDK is not set up here: an administrator names sdk in CALLSVC_SOFTPHONES and sets "
            "TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET.",
        )
    name = client_name_of(tx, agent_id)
    return voice_token(tx.settings, name, TOKEN_S), name


def candidate_of(tx: Tx, agent_id: str) -> str:
    """The number that is to become the agent's, in clear; empty when there is none."""
    row = _row(tx, agent_id)
    if row is None or row.candidate is None:
        return ""
    return tx.keyring.decrypt(row.candidate, bound("candidate", agent_id))


def write_row(tx: Tx, agent_id: str, **values: Any) -> None:
    """Set these columns of the agent's row, which is made now if there is none; their desk shows it."""
    first: dict[str, Any] = {"driver": "", "tries": 0, "asked_today": 0} | values
    if not tx.insert_once(agent_softphone, agent_id=agent_id, changed_at=tx.now, **first):
        tx.update(agent_softphone, agent_softphone.c.agent_id == agent_id, changed_at=tx.now, **values)
    touch_agent(tx, agent_id)


def bound(column: str, agent_id: str) -> str:
    """What a ciphertext of this table belongs to."""
    return f"agent_softphone.{column}:{agent_id}"


def _row(tx: Tx, agent_id: str) -> Row[Any] | None:
    return tx.first(sa.select(agent_softphone).where(agent_softphone.c.agent_id == agent_id))


def _driver(tx: Tx, row: Row[Any] | None) -> str:
    chosen = row.driver if row is not None else ""
    return driver_of(
        chosen, allowed(tx.settings), has_telephone=row is not None and row.telephone is not None
    )


def _telephone(tx: Tx, row: Row[Any]) -> str:
    return tx.keyring.decrypt(row.telephone, bound("telephone", row.agent_id))

"""An agent's own telephone: it is theirs once they have typed the code that was spoken to whoever picks up.

The service calls the number, so that nobody can make it ring a stranger again and again: one call a minute,
a handful a day, only numbers that may be called at all, and none that asked for no calls. Machine time: it
is the telephone network and the agent's patience that wait, not the people of a rehearsal.
"""

import hmac
import secrets
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from callsvc.contacts.numbers import find_number, read_typed
from callsvc.contacts.suppressions import suppressions_of
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.softphone.rules import TELEPHONE
from callsvc.softphone.service import allowed, bound, candidate_of, write_row
from callsvc.softphone.tables import agent_softphone

CODE_HOLDS: Final = timedelta(minutes=10)
BETWEEN: Final = timedelta(minutes=1)
A_DAY: Final = timedelta(hours=20)
MOST_A_DAY: Final = 6
MOST_TRIES: Final = 5
_DIGITS: Final = 6


def propose_telephone(tx: Tx, agent_id: str, typed: str) -> None:
    """Note the number and a new code; whoever calls this has it dialled.

    Raises ``number-invalid``, ``softphone-not-allowed``, ``telephone-refused``, ``code-too-soon``.
    """
    if TELEPHONE not in allowed(tx.settings):
        raise Invalid("softphone-not-allowed", "Calls do not ring agents' own telephones here.")
    number = read_typed(tx.settings, typed)
    if number.kind not in ("mobile", "fixed", "voip"):
        raise Invalid("number-invalid", "Give the number of a telephone of your own.", reasons=[number.kind])
    known = find_number(tx, number.e164)
    if known is not None and any(one.scope == "all" for one in suppressions_of(tx, known)):
        raise Conflict("telephone-refused", "Whoever has this number asked never to be called.")
    asked_today = _asked_today(tx, agent_id)
    code = "".join(str(secrets.randbelow(10)) for _ in range(_DIGITS))
    write_row(
        tx,
        agent_id,
        candidate=tx.keyring.encrypt(number.e164, bound("candidate", agent_id)),
        code=tx.keyring.encrypt(code, bound("code", agent_id)),
        code_until=tx.machine_now + CODE_HOLDS,
        tries=0,
        asked_at=tx.machine_now,
        asked_today=asked_today + 1,
    )


def _asked_today(tx: Tx, agent_id: str) -> int:
    row = tx.first(sa.select(agent_softphone).where(agent_softphone.c.agent_id == agent_id).with_for_update())
    if row is None or row.asked_at is None:
        return 0
    since = tx.machine_now - row.asked_at
    asked_today = row.asked_today if since < A_DAY else 0
    if since < BETWEEN or asked_today >= MOST_A_DAY:
        raise Conflict("code-too-soon", "You were called a moment ago, or too often today: try again later.")
    return int(asked_today)


def spoken_code(tx: Tx, agent_id: str) -> str:
    """The code to speak to whoever picked up; empty when none is waiting for an answer."""
    row = tx.first(sa.select(agent_softphone).where(agent_softphone.c.agent_id == agent_id))
    if row is None or row.code is None or row.code_until <= tx.machine_now:
        return ""
    return tx.keyring.decrypt(row.code, bound("code", agent_id))


def confirm_telephone(tx: Tx, agent_id: str, typed: str) -> bool:
    """Whether this is the code; then the number is the agent's, and their line if they have no other.

    A wrong code is counted: commit either way. Raises ``code-over`` when there is none (any more).
    """
    row = tx.first(sa.select(agent_softphone).where(agent_softphone.c.agent_id == agent_id).with_for_update())
    code = spoken_code(tx, agent_id)
    if row is None or not code or row.tries >= MOST_TRIES:
        raise Conflict("code-over", "This code holds no longer: have yourself called again.")
    digits = "".join(one for one in typed if one in "0123456789")
    if not hmac.compare_digest(digits, code):
        write_row(tx, agent_id, tries=row.tries + 1)
        return False
    number = candidate_of(tx, agent_id)
    write_row(
        tx,
        agent_id,
        telephone=tx.keyring.encrypt(number, bound("telephone", agent_id)),
        verified_at=tx.now,
        candidate=None,
        code=None,
        code_until=None,
        tries=0,
    )
    return True


def forget_telephone(tx: Tx, agent_id: str) -> None:
    """The number is deleted; whose line it was speaks through the usual one."""
    write_row(tx, agent_id, telephone=None, verified_at=None, candidate=None, code=None, code_until=None)
    mine = (agent_softphone.c.agent_id == agent_id) & (agent_softphone.c.driver == TELEPHONE)
    tx.update(agent_softphone, mine, driver="")

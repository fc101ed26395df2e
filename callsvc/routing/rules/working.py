"""What an agent does when no call of their own waits: callbacks, SMS conversations, tasks.

The order: promises whose time has come, the oldest first; what the agent owns; the higher priority; then
callbacks before conversations before tasks; then arrival. One thing at a time: whoever writes with somebody
is not called meanwhile.
"""

from datetime import timedelta
from typing import Final

DIALLED: Final = ("callback", "task")
"""Kinds in which the agent's leg comes first and the person is called into it."""

CHANNEL: Final = {"callback": "voice", "task": "voice", "sms": "sms"}
"""The channel an agent must have for each kind (``agent.channels``)."""

KINDS_IN_ORDER: Final = ("callback", "sms", "task")

RESTS: Final = timedelta(minutes=10)
"""Lived: what an agent let pass is not offered to them again for so long."""

PRESSING_AFTER: Final = timedelta(minutes=5)
"""Lived: a promise later than this goes before calls that wait."""

_WHAT = {
    "call": ("a caller they spoke with lately", "une personne avec qui il a parlé récemment"),
    "callback": ("a call promised to somebody", "un appel promis à quelqu'un"),
    "sms": ("somebody who writes and waits for a person", "quelqu'un qui écrit et attend une personne"),
    "task": (
        "somebody to call after a look at who they are",
        "quelqu'un à appeler après avoir vu de qui il s'agit",
    ),
}


def may_spare(waiting: int, idle: int, on_duty: int, share: float) -> bool:
    """May an agent of a region be taken for what nobody waits for at this moment?

    ``share`` of those on duty stay idle for callers (the administrator's ``callback_idle``). What the region
    keeps from being lent is for other regions' calls and not asked here: this is its own work.

    >>> may_spare(0, 1, 10, 0.03), may_spare(0, 1, 100, 0.03), may_spare(1, 9, 10, 0.03)
    (True, False, False)
    """
    return not waiting and idle > share * on_duty


def sentences(kind: str, *, owned: bool, promised: bool) -> tuple[str, str]:
    """Why an agent is offered this now, in English and in French."""
    english, french = _WHAT[kind]
    if owned:
        return (
            f"The agent is offered {english}: it is theirs, and they are free.",
            f"L'agent se voit proposer {french} : c'est le sien, et il est libre.",
        )
    if promised:
        return (
            f"The agent is offered {english}: its time has come.",
            f"L'agent se voit proposer {french} : l'heure est venue.",
        )
    return (
        f"The agent is offered {english}: no call waits that they could take.",
        f"L'agent se voit proposer {french} : aucun appel qu'il pourrait prendre n'attend.",
    )

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

SPARE_SHARE: Final = 0.03
"""Share of the agents on duty that stays idle for callers while tasks are given out."""

_WHAT = {
    "call": ("a caller they spoke with lately", "une personne avec qui il a parlé récemment"),
    "callback": ("a call promised to somebody", "un appel promis à quelqu'un"),
    "sms": ("somebody who writes and waits for a person", "quelqu'un qui écrit et attend une personne"),
    "task": (
        "somebody to call after a look at who they are",
        "quelqu'un à appeler après avoir vu de qui il s'agit",
    ),
}


def may_spare(waiting: int, idle: int, on_duty: int) -> bool:
    """May an agent of a region be taken for what nobody waits for at this moment?

    >>> may_spare(0, 1, 10), may_spare(0, 1, 100), may_spare(1, 9, 10)
    (True, False, False)
    """
    return not waiting and idle > SPARE_SHARE * on_duty


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

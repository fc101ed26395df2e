"""How many streams one process holds, and one account."""

from contextlib import suppress

from callsvc.core.errors import Conflict, Unavailable
from callsvc.stream.hub import Hub
from callsvc.stream.listener import Listener

MOST_STREAMS = 6_000
MOST_OF_ACCOUNT = 30  # tabs and wallboards of one person, with room for connections that died unnoticed
_SPARE_FILES = 64  # the database, Redis, logs


def require_room(hub: Hub, listener: Listener, most: int = MOST_STREAMS) -> None:
    """Raise ``streams-of-account`` or ``streams-full`` when this one would be too many."""
    if hub.accounts[listener.principal.account_id] >= MOST_OF_ACCOUNT:
        raise Conflict(
            "streams-of-account",
            f"This account has {MOST_OF_ACCOUNT} pages open already. Close some; they keep what they show.",
        )
    if len(hub.listeners) >= most:
        raise Unavailable(
            "streams-full",
            "This stream process holds as many streams as it may. Run one more (docs/live.md).",
        )


def raise_file_limit(wanted: int = MOST_STREAMS) -> int:
    """Have the system allow as many connections, as far as it does; returns how many streams there may be."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _SPARE_FILES
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(wanted, soft - _SPARE_FILES)

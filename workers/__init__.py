"""What runs in the background: one worker process per queue, and the ticker.

A job file holds one function, ``run(ids)``, and gets the world from ``current_runtime()``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callsvc.runtime import Runtime

_held: "list[Runtime]" = []


def current_runtime() -> "Runtime":
    """The Runtime of this process, made at its first use."""
    if not _held:
        from callsvc.assembly import make_runtime

        _held.append(make_runtime())
    return _held[0]


def use_runtime(rt: "Runtime | None") -> None:
    """Give the jobs another world: a test's, or None to make a new one at the next use."""
    _held[:] = [] if rt is None else [rt]

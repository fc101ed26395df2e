"""Short news after a redirect: "The campaign is paused. Undo".

    toast(_("The campaign is paused."), undo=("campaigns.act", {"campaign_id": id, "action": "resume"}))
    return redirect(...)

A toast waits in the signed form cookie, which its reader can open: sentences and ids, never a name or a
number. Undoing is a POST with a form token, to a view that takes every value from its address.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import session, url_for

_KEY = "toasts"
_MOST = 3  # what a cookie holds and a person reads


@dataclass(frozen=True)
class Toast:
    """``kind`` is good or bad; ``undo`` is the address that undoes it, or empty."""

    text: str
    kind: str
    undo: str


def toast(
    message: str, *, kind: str = "good", undo: tuple[str, Mapping[str, str | int]] | None = None
) -> None:
    """Tell this on the next page. ``undo`` is an endpoint of a POST and the values of its address."""
    address = url_for(undo[0], **dict(undo[1])) if undo else ""  # type: ignore[arg-type]
    waiting = [*session.get(_KEY, ()), [str(message), kind, address]]
    session[_KEY] = waiting[-_MOST:]


def take_toasts() -> list[Toast]:
    """What waits to be told, once."""
    return [Toast(*one) for one in session.pop(_KEY, ())]

"""The desk's page and its acts. Each act is a form: the desk works without a script, and is live with one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.access import record_read
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.tables import access_log
from callsvc.agents.rules import ACTIVITIES
from callsvc.agents.shifts import next_shift
from callsvc.campaigns.dispositions import AGENTS
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid, NotFound
from callsvc.desk.browser_line import allow_sdk, sdk_in_place
from callsvc.desk.showing import caller_of
from callsvc.desk.times import helping_context, times_of
from callsvc.desk.working import work_context
from callsvc.routing import service as routing
from callsvc.routing.desks.desk import desk_targets
from callsvc.routing.desks.desk_api import agent_of
from callsvc.routing.tables import queue_entry
from callsvc.routing.talking.disposing import words_for
from callsvc.softphone.rules import SDK
from callsvc.web import current_rt
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.get("/")
@page("desk")
def index() -> ResponseReturnValue:
    try:
        agent_id = me()
    except Forbidden:  # the page of their role all the same: it says what is missing
        return render_template("desk/none.html")
    context = _context(agent_id)
    response = make_response(render_template("desk/page.html", **context))
    uses_sdk = context["desk"]["line"] == SDK and context["sdk_in_place"]
    return allow_sdk(response) if uses_sdk else response


@blueprint.get("/live")
@page("desk", live=True)
def live() -> ResponseReturnValue:
    """The part of the page that changes."""
    return render_template("desk/_live.html", **_context(me()))


@blueprint.post("/activity")
@page("desk")
def declare() -> ResponseReturnValue:
    return done(lambda agent: routing.set_activity(current_rt(), agent, word("activity")))


@blueprint.post("/offers/<reservation_id>/accept")
@page("desk")
def accept(reservation_id: str) -> ResponseReturnValue:
    return done(lambda agent: routing.accept(current_rt(), agent, reservation_id))


@blueprint.post("/offers/<reservation_id>/reject")
@page("desk")
def reject(reservation_id: str) -> ResponseReturnValue:
    return done(lambda agent: routing.reject(current_rt(), agent, reservation_id))


@blueprint.post("/hold")
@page("desk")
def hold() -> ResponseReturnValue:
    return done(lambda agent: routing.hold(current_rt(), agent, held=word("on") == "1"))


@blueprint.post("/mute")
@page("desk")
def mute() -> ResponseReturnValue:
    return done(lambda agent: routing.mute(current_rt(), agent, muted=word("on") == "1"))


@blueprint.post("/consult")
@page("desk")
def consult() -> ResponseReturnValue:
    return done(lambda agent: routing.consult(current_rt(), agent, word("target")))


@blueprint.post("/consult/end")
@page("desk")
def end_consult() -> ResponseReturnValue:
    return done(lambda agent: routing.end_consult(current_rt(), agent))


@blueprint.post("/transfer")
@page("desk")
def transfer() -> ResponseReturnValue:
    return done(lambda agent: routing.transfer(current_rt(), agent, word("target")))


@blueprint.post("/hang-up")
@page("desk")
def hang_up() -> ResponseReturnValue:
    return done(lambda agent: routing.hang_up(current_rt(), agent))


@blueprint.post("/disposition")
@page("desk")
def dispose() -> ResponseReturnValue:
    return done(lambda agent: routing.dispose(current_rt(), agent, word("disposition")))


def done(
    act: Callable[[str], None],
    *,
    told: Mapping[str, Callable[[], str]] | None = None,
    back: str = "desk.index",
) -> ResponseReturnValue:
    """Do it and show the desk, or ``back``; what came too late is told, and the page shows what is true now.

    ``told``: the sentence by error id, when it is not the desk's own.
    """
    try:
        act(me())
    except (Conflict, Invalid, NotFound) as error:
        sentence = (_TOO_LATE if told is None else told).get(error.id)
        toast(sentence() if sentence else error.message, kind="bad")
    return redirect(url_for(back))


_TOO_LATE = {
    "offer-over": lambda: gettext("This offer is over: it was withdrawn, or its time was up."),
    "no-call": lambda: gettext("There is no conversation any more."),
    "not-in-wrap-up": lambda: gettext("The wrap-up is over already."),
    "target-not-now": lambda: gettext("They take no call of this region now."),
    "target-is-queue": lambda: gettext("A queue cannot be asked first: hand the call on to it."),
    "target-unknown": lambda: gettext("The directory has no such name any more."),
    "consult-under-way": lambda: gettext("Somebody was asked in already; end that first."),
    "hand-over-cannot": lambda: gettext("This carrier connects two people and nobody besides."),
    "no-consult": lambda: gettext("Nobody was asked in."),
    "activity-full": lambda: gettext("As many as may do this do it. You stand in line for a place."),
    "softphone-missing": lambda: gettext("No call can reach you: choose a line first."),
    "telephone-rings": lambda: gettext("Your telephone rings: pick it up and press a key."),
    "undo-over": lambda: gettext("It is too late to take this back: it has taken effect."),
    "wrap-up-extended": lambda: gettext("It was made longer once already."),
    "no-number": lambda: gettext("This caller has no number that could be called."),
    "callback-time": lambda: gettext("Give a day and a time to come, within thirty days."),
    "caller-unlisted": lambda: gettext("Nobody of our lists has this number: book it at the platform."),
    "slot-full": lambda: gettext("The last place has just been taken: offer another moment."),
    "slot-unknown": lambda: gettext("This platform has no such moment to give."),
}


def me() -> str:
    """The agent whose desk this is; the desk is seen by it."""
    return agent_of(current_principal())


def word(name: str) -> str:
    """What the form says, no longer than any word of a desk."""
    return request.form.get(name, "")[:60]


def _context(agent_id: str) -> dict[str, Any]:
    """The desk now; who opens a call for the first time is noted as having read who it is with."""
    principal = current_principal()
    state = routing.desk_state(current_rt(), agent_id)
    shown: dict[str, Any] = {
        "desk": state, "activities": ACTIVITIES, "dispositions": AGENTS, "caller": None, "targets": [],
    }  # fmt: skip
    state["since"] = datetime.fromisoformat(state["state_since"])
    shown |= times_of(state, current_rt().clock.speed)
    shown["sdk_in_place"] = sdk_in_place(current_rt().settings)
    shown["three_may_meet"] = current_rt().settings.callsvc_hand_over == "conference"
    held = state["offer"] or state["call"] or state["wrap_up"] or state["work"]
    if held is not None:
        shown["dispositions"] = words_for(held["kind"])
        for told, name in (("deadline", "until"), ("since", "begun")):
            held[name] = datetime.fromisoformat(held[told]) if held.get(told) else None
    if held is None or state["offer"]:
        with current_rt().db.read() as tx:
            return shown | {"held": held, "shift": next_shift(tx, agent_id)}
    with current_rt().db.begin() as tx:
        entry = tx.first(sa.select(queue_entry).where(queue_entry.c.id == held["entry_id"]))
        if entry is not None and state["work"]:
            shown |= work_context(tx, entry)
        elif entry is not None:
            shown["caller"] = caller_of(tx, entry, principal.language)
            if not _noted(tx, entry.call_id):  # once: what the page fetches again and again shows nothing new
                record_read(tx, principal, "caller", entry.call_id)
        shown["targets"] = desk_targets(tx, agent_id) if state["call"] else []
        if entry is not None and not state["work"]:
            shown |= helping_context(tx, entry, held)
    return shown | {"held": held}


def _noted(tx: Tx, call_id: str) -> bool:
    """Whether it is on record that this account saw who this call is with."""
    mine = access_log.c.account_id == current_principal().account_id
    seen = sa.select(access_log.c.id).where(
        mine, access_log.c.action == "caller-read", access_log.c.subject == call_id
    )
    return tx.first(seen.limit(1)) is not None

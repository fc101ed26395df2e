"""A supervisor goes into an agent's conversation and out of it; whether agents are told is declared."""

from typing import Any

import sqlalchemy as sa
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid
from callsvc.routing import service as routing
from callsvc.routing.tables import listening_terms
from callsvc.routing.talking.listening import agents_told
from callsvc.supervising.blueprint import blueprint
from callsvc.web import current_rt
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

MODES = {"listen": _("Listen"), "whisper": _("Whisper to the agent"), "speak": _("Speak with both")}

_WHY_NOT = {
    "no-call": lambda: gettext("There is no conversation any more."),
    "no-telephone": lambda: gettext("You are not in the list of agents, so there is no telephone to ring."),
    "telephone-busy": lambda: gettext("Your telephone is in use: leave the other conversation first."),
    "still-ready": lambda: gettext("You are ready for calls yourself: say on your desk that you are not."),
    "listened-already": lambda: gettext("Another supervisor is in this conversation."),
    "hand-over-cannot": lambda: gettext("This carrier connects two people and nobody besides."),
    "not-listening": lambda: gettext("You are in no conversation any more."),
}


@blueprint.post("/agents/<agent_id>/listening")
@page("listening")
def join_call(agent_id: str) -> ResponseReturnValue:
    """The reader's own telephone rings; answered, it is in the agent's conversation."""
    wanted = request.form.get("mode", "listen")[:20]
    return _done(lambda: routing.listen(current_rt(), current_principal(), agent_id, wanted))


@blueprint.post("/listening/mode")
@page("listening")
def change_mode() -> ResponseReturnValue:
    wanted = request.form.get("mode", "")[:20]
    return _done(lambda: routing.change_mode(current_rt(), current_principal(), wanted))


@blueprint.post("/listening/leave")
@page("listening")
def leave_call() -> ResponseReturnValue:
    return _done(lambda: routing.leave(current_rt(), current_principal()))


@blueprint.post("/listening/terms")
@page("accounts")
def declare_listening() -> ResponseReturnValue:
    """From the next listening on agents are told, or, for a reason that is kept, not."""
    principal = current_principal()
    if not principal.sees_everything:
        raise Forbidden("whole-country-only", "An administrator of the whole country decides this.")
    told, reason = request.form.get("told") == "1", request.form.get("reason", "")[:500]
    try:
        with current_rt().db.begin() as tx:
            routing.declare_listening(tx, principal, told=told, reason=reason)
    except Invalid:
        toast(gettext("Say why agents are not told; it is kept on record."), kind="bad")
    else:
        toast(gettext("Kept; it counts from the next listening on."))
    return redirect(url_for("supervising.agents"))


def terms_shown(tx: Tx, principal: Principal) -> dict[str, Any] | None:
    """What an administrator of the whole country may change here; None for everybody else."""
    if not (principal.sees_everything and principal.may("accounts")):
        return None
    row = tx.first(sa.select(listening_terms))
    return {"told": agents_told(tx), "reason": row.reason if row is not None else ""}


def _done(act: Any) -> ResponseReturnValue:
    """Do it; what is not possible now is told where it was asked."""
    try:
        act()
    except Conflict as error:
        told = _WHY_NOT.get(error.id)
        toast(told() if told else error.message, kind="bad")
    return redirect(url_for("supervising.agents"))

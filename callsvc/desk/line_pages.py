"""An agent's line: which rings, their own telephone and its code, the voice SDK of their browser."""

from collections.abc import Callable
from pathlib import Path

from flask import abort, jsonify, render_template, send_file
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import page
from callsvc.core.db import Tx
from callsvc.desk.browser_line import sdk_in_place
from callsvc.desk.lines_api import ask_for_code, check_code
from callsvc.desk.pages import blueprint, done, me, word
from callsvc.softphone import service as softphone
from callsvc.softphone.verifying import forget_telephone as forget
from callsvc.web import current_rt
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


@blueprint.get("/voice-sdk.js")
@page("desk")
def voice_sdk() -> ResponseReturnValue:
    """The file the administrator named."""
    settings = current_rt().settings
    if not sdk_in_place(settings):
        abort(404)
    return send_file(Path(settings.callsvc_voice_sdk_file).resolve(), mimetype="text/javascript")


@blueprint.post("/token")
@page("desk", live=True)
def voice_token() -> ResponseReturnValue:
    agent_id = me()
    with current_rt().db.read() as tx:
        token, identity = softphone.token_for(tx, agent_id)
    return jsonify(token=token, identity=identity)


@blueprint.get("/line")
@page("desk")
def line() -> ResponseReturnValue:
    agent_id = me()
    with current_rt().db.read() as tx:
        return render_template("desk/line.html", line=softphone.line_of(tx, agent_id))


@blueprint.post("/line")
@page("desk")
def choose_line() -> ResponseReturnValue:
    return _done(_in_tx(lambda tx, agent: softphone.choose_driver(tx, agent, word("driver"))))


@blueprint.post("/line/telephone")
@page("desk")
def propose() -> ResponseReturnValue:
    def call(agent_id: str) -> None:
        ask_for_code(current_rt(), agent_id, word("number"))
        toast(gettext("Your telephone rings in a moment: note the code."))

    return _done(call)


@blueprint.post("/line/telephone/confirm")
@page("desk")
def confirm() -> ResponseReturnValue:
    def check(agent_id: str) -> None:
        check_code(current_rt(), agent_id, word("code"))
        toast(gettext("This telephone is yours."))

    return _done(check)


@blueprint.post("/line/telephone/forget")
@page("desk")
def forget_telephone() -> ResponseReturnValue:
    return _done(_in_tx(forget))


def _in_tx(act: Callable[[Tx, str], None]) -> Callable[[str], None]:
    def run(agent_id: str) -> None:
        with current_rt().db.begin() as tx:
            act(tx, agent_id)

    return run


def _done(act: Callable[[str], None]) -> ResponseReturnValue:
    return done(act, told=_REFUSED, back="desk.line")


_REFUSED = {
    "number-invalid": lambda: gettext("This is not a number that may be called."),
    "telephone-refused": lambda: gettext("Whoever has this number asked never to be called."),
    "code-too-soon": lambda: gettext("You were called a moment ago, or too often today: try again later."),
    "code-wrong": lambda: gettext("This is not the code that was spoken."),
    "code-over": lambda: gettext("This code holds no longer: have yourself called again."),
    "agent-busy": lambda: gettext("Change your line after this call."),
    "telephone-unconfirmed": lambda: gettext("Give your number and confirm it by its code first."),
    "softphone-not-allowed": lambda: gettext("This line is not allowed here."),
}

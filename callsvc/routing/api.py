"""What an agent's desk asks and tells, under ``/api/v1/desk``. Times are lived, ISO 8601 UTC."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from callsvc.accounts.service import Principal, authenticate_key
from callsvc.agents.service import agent_of_account
from callsvc.core.errors import Forbidden, Invalid
from callsvc.routing import service as routing
from callsvc.runtime import Runtime

desk_api = Blueprint("desk_api", __name__, url_prefix="/api/v1/desk")


def _rt() -> Runtime:
    rt: Runtime = current_app.extensions["callsvc"]
    return rt


def agent_of(principal: Principal) -> str:
    """The agent this account signs in as; ``not-an-agent`` for anybody else."""
    with _rt().db.read() as tx:
        agent_id = agent_of_account(tx, principal.account_id)
    if agent_id is None:
        raise Forbidden("not-an-agent", "This account has no desk; sign in as an agent.")
    return agent_id


def _me() -> str:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    principal = authenticate_key(_rt(), token)
    principal.require("desk")
    return agent_of(principal)


def _word(name: str) -> str:
    body: Any = request.get_json(silent=True)
    word = body.get(name) if isinstance(body, dict) else None
    if not isinstance(word, str):
        raise Invalid("body-invalid", f'Send JSON such as {{"{name}": "..."}}.', missing=name)
    return word


def _state(agent_id: str) -> Response:
    return jsonify(routing.desk_state(_rt(), agent_id))


@desk_api.get("/state")
def state() -> Response:
    """The desk now; with ``?after=<version>&wait=<real seconds, 25 at most>`` as soon as it changes."""
    after = request.args.get("after", type=int)
    agent_id = _me()
    if after is None:
        return _state(agent_id)
    wait_s = request.args.get("wait", default=0.0, type=float)
    return jsonify(routing.wait_for_change(_rt(), agent_id, after, wait_s))


@desk_api.post("/activity")
def activity() -> Response:
    agent_id = _me()
    routing.set_activity(_rt(), agent_id, _word("activity"))
    return _state(agent_id)


@desk_api.post("/offers/<reservation_id>/accept")
def accept(reservation_id: str) -> Response:
    agent_id = _me()
    routing.accept(_rt(), agent_id, reservation_id)
    return _state(agent_id)


@desk_api.post("/offers/<reservation_id>/reject")
def reject(reservation_id: str) -> Response:
    agent_id = _me()
    routing.reject(_rt(), agent_id, reservation_id)
    return _state(agent_id)


@desk_api.post("/hang-up")
def hang_up() -> Response:
    agent_id = _me()
    routing.hang_up(_rt(), agent_id)
    return _state(agent_id)


@desk_api.post("/disposition")
def disposition() -> Response:
    agent_id = _me()
    routing.dispose(_rt(), agent_id, _word("disposition"))
    return _state(agent_id)

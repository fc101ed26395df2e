"""Is it alive, is it ready: ``/healthz``, ``/readyz``, ``/metrics``."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers; nothing else is looked at."""
    return jsonify(status="alive")

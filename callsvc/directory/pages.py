"""The page of the directory: its names, and who is there now."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.directory.queries import rule_of, targets_seen
from callsvc.directory.rules import open_at
from callsvc.web import current_rt

blueprint = Blueprint("directory", __name__, url_prefix="/console/directory")


@blueprint.get("/")
@page("routing")
def index() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        rows = targets_seen(tx, current_principal())
        targets = [(row, rule_of(row), open_at(rule_of(row), tx.now)) for row in rows]
    return render_template("directory/list.html", targets=targets)

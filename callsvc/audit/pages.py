"""``/console/access-log/``: who read or changed what, and whether the log is as it was written.

Times are the machine's, as in the log: what somebody did, they did in real time.
"""

import threading
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from callsvc.accounts.access import SYSTEM, record_access, seal_access_log, verify_access_log
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.tables import access_log, account
from callsvc.core.errors import Conflict
from callsvc.web import current_rt
from callsvc.web.filters import DateFilter, Filter, TextFilter, equals
from callsvc.web.listing import Column, Listing
from callsvc.web.times import reader_zone
from callsvc.web.toasts import toast

blueprint = Blueprint("audit", __name__, url_prefix="/console/access-log")

# A long log takes its time, and a thread that also answers the carrier: one, not as many as there are clicks.
_VERIFYING = threading.Lock()
COLUMNS = (
    Column("at", _("When"), access_log.c.at, indexed=True, down_first=True),
    Column("account", _("Who"), account.c.name),
    Column("action", _("What"), access_log.c.action),
    Column("subject", _("Subject"), access_log.c.subject),
    Column("details", _("Details")),
    Column("sealed", _("Sealed")),
)


@blueprint.get("/")
@page("audit")
def index() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        listing = Listing(COLUMNS, access_log.c.id, "-at", _filters())
        table = listing.show(tx, _rows(), request.args, request.path)
    return render_template("audit/access_log.html", table=table, system=SYSTEM)


@blueprint.post("/verify")
@page("audit")
def verify() -> ResponseReturnValue:
    """Recompute every seal; the log tells that somebody did."""
    rt = current_rt()
    if not _VERIFYING.acquire(blocking=False):
        raise Conflict("verification-running", "The seals are being verified already: wait for that answer.")
    try:
        seal_access_log(rt)
        verdict = verify_access_log(rt)
    finally:
        _VERIFYING.release()
    with rt.db.begin() as tx:
        record_access(
            tx, current_principal(), "access-log-verified", "access-log",
            {"sealed": verdict.sealed, "first_bad_row": verdict.first_bad_row, "head": verdict.head},
        )  # fmt: skip
    if verdict.first_bad_row:
        said = gettext("The log is not as it was written: first bad row %(row)s.", row=verdict.first_bad_row)
        toast(said, kind="bad")
    else:
        toast(gettext("All %(rows)s sealed rows are as they were written.", rows=verdict.sealed))
    return redirect(url_for("audit.index", subject="access-log"))


def _rows() -> sa.Select[Any]:
    return sa.select(access_log, account.c.name, account.c.role).outerjoin(
        account, account.c.id == access_log.c.account_id
    )


def _filters() -> tuple[Filter, ...]:
    return (
        DateFilter("day", _("Day"), access_log.c.at, reader_zone()),
        TextFilter("account", _("Who"), _done_by),
        TextFilter("action", _("What"), equals(access_log.c.action)),
        TextFilter("subject", _("Subject"), equals(access_log.c.subject)),
    )


def _done_by(text: str) -> sa.ColumnElement[bool]:
    """A part of a name or an e-mail, or a whole id: thousands of accounts are too many to choose from."""
    named = account.c.name.icontains(text, autoescape=True) | account.c.email.icontains(text, autoescape=True)
    return access_log.c.account_id.in_(sa.select(account.c.id).where(named)) | (
        access_log.c.account_id == text
    )

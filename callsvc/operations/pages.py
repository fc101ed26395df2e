"""``/console/operations/``: is every part alive, does anything wait too long, what happened, what is set."""

import sqlalchemy as sa
from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import page
from callsvc.core.incidents import incident
from callsvc.operations.asking import Findings
from callsvc.operations.in_force import settings_in_force
from callsvc.operations.incidents import KINDS
from callsvc.operations.processes import processes_now
from callsvc.operations.queues import queues_now
from callsvc.operations.waiting import waiting_now
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, DateFilter, TextFilter, equals
from callsvc.web.listing import Column, Listing
from callsvc.web.times import reader_zone

blueprint = Blueprint("operations", __name__, url_prefix="/console/operations")

_FINDINGS = "callsvc-findings"
COLUMNS = (
    Column("at", _("When"), incident.c.at, indexed=True, down_first=True),
    Column("kind", _("What"), incident.c.kind),
    Column("subject", _("Subject"), incident.c.subject),
    Column("details", _("Details")),
)


@blueprint.get("/")
@page("operations")
def index() -> ResponseReturnValue:
    return render_template("operations/page.html", **_now())


@blueprint.get("/live")
@page("operations", live=True)
def live() -> ResponseReturnValue:
    """The part of the page that changes."""
    return render_template("operations/_live.html", **_now())


@blueprint.get("/checks")
@page("operations", live=True)
def checks() -> ResponseReturnValue:
    """What ``callsvc doctor`` would say; fetched by the page, as the carrier may take its time."""
    findings = current_app.extensions.setdefault(_FINDINGS, Findings())
    return render_template("operations/_checks.html", findings=findings.fresh(current_rt().settings))


@blueprint.get("/incidents")
@page("operations")
def incidents() -> ResponseReturnValue:
    kinds = tuple((kind, kind) for kind in KINDS)
    listing = Listing(
        columns=COLUMNS,
        filters=(
            DateFilter("day", _("Day"), incident.c.at, reader_zone()),
            ChoiceFilter("kind", _("What"), kinds, equals(incident.c.kind)),
            TextFilter("subject", _("Subject"), equals(incident.c.subject)),
        ),
        unique=incident.c.id,
        default="-at",
    )
    with current_rt().db.read() as tx:
        table = listing.show(tx, sa.select(incident), request.args, request.path)
    return render_template("operations/incidents.html", table=table, kinds=KINDS)


@blueprint.get("/settings")
@page("operations")
def settings() -> ResponseReturnValue:
    return render_template("operations/settings.html", settings=settings_in_force(current_rt().settings))


def _now() -> dict[str, object]:
    rt = current_rt()
    with rt.db.read() as tx:
        processes = processes_now(tx)
        waiting = waiting_now(tx)
        happened = tx.scalar(sa.select(sa.func.count()).select_from(incident))
        now, machine_now = tx.now, tx.machine_now
    return {
        "processes": processes,
        "waiting": waiting,
        "incidents": happened,
        "queues": queues_now(rt),
        "now": now,
        "machine_now": machine_now,
        "speed": rt.clock.speed,
        "unwell": [one for one in processes if one.health != "alive"],
        "late": [line for line in waiting if line.late],
    }

"""The step of the hours: windows, the law's grid, holidays, tries again; and a week that shows them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.drawing import Drawing, draw
from callsvc.campaigning.framing import framed, kept, why_not_kept
from callsvc.campaigning.nesting import changes_at, values_at
from callsvc.campaigning.places import Place, places_of, zones_of
from callsvc.campaigning.retrying import PATHS, Kind, RetryFields, kinds_of, kinds_sent, policies_at
from callsvc.campaigning.settings import Opened, opened
from callsvc.campaigning.windows import Row, rows_of, rows_sent
from callsvc.campaigns.definition import CampaignFile, checked_file
from callsvc.core.errors import CallsvcError
from callsvc.core.weekdays import WEEKDAYS
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.times import weekday_names

PRESETS = (
    ("public-health", _("Public health: every day from 8:00 to 21:00")),
    ("france-commercial", _("Commercial calls in France: Monday to Friday, 10:00 to 13:00, 14:00 to 20:00")),
    ("none", _("No grid: the windows alone")),
)


class HoursForm(RetryFields):
    preset: Literal["public-health", "france-commercial", "none"] = "public-health"
    call_on_holidays: bool = False
    week: str = ""
    place: str = ""
    mark: str = ""


@dataclass
class Typed:
    """The form of this step: its fields, its rows of windows and of tries, and the file they would make."""

    form: Form[Any]
    rows: list[Row]
    kinds: list[Kind]
    file: CampaignFile | None


@blueprint.get("/<campaign_id>/hours")
@page("campaigns")
def hours(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    values = values_at(found.whole, {**PATHS, "preset": "preset", "call_on_holidays": "call_on_holidays"})
    form = blank_form(values | {"mark": found.mark, **_shown(request.args)})
    return _page(found, Typed(form, rows_of(found.whole["windows"]), kinds_of(found.whole), found.file))


@blueprint.post("/<campaign_id>/hours")
@page("campaigns")
def keep_hours(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    typed = _typed(found)
    if typed.file is not None and typed.form.data is not None:
        try:
            return kept(found, "hours", _changes(found, typed), typed.form.data.mark)
        except CallsvcError as refused:
            typed.form.refuse(WHOLE, why_not_kept(refused))
    return _page(found, typed), 422


@blueprint.post("/<campaign_id>/hours/week")
@page("campaigns")
def show_week(campaign_id: str) -> ResponseReturnValue:
    """What was typed, drawn and not kept: the whole page, or the week alone for the page's own script."""
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    typed = _typed(found)
    if "add" in request.form:
        typed.rows.append(Row())
    if request.headers.get("HX-Request"):
        return render_template("campaigns/_week.html", found=found, **_week(found, typed))
    typed.form.errors.clear()
    return _page(found, typed)


def _shown(given: Any) -> dict[str, str]:
    """Which week and place the page draws."""
    return {key: given.get(key, "") for key in ("week", "place")}


def _typed(found: Opened) -> Typed:
    form, rows = read_form(HoursForm, request.form), rows_sent(request.form)
    typed = Typed(form, rows, kinds_sent(request.form), None)
    if not rows:
        form.refuse("windows", gettext("Without a window nobody is ever called: add one."))
    elif any(row.wrong for row in rows):
        form.refuse("windows", gettext("A window is not written right: see there."))
    elif any(kind.wrong for kind in typed.kinds):
        form.refuse("kinds", gettext("A wait is not written right: see there."))
    if form.data is not None:
        try:
            typed.file = checked_file({**found.progress.config, **_changes(found, typed)})
        except CallsvcError as refused:
            form.refuse(WHOLE, refused.message)
    return typed


def _changes(found: Opened, typed: Typed) -> dict[str, Any]:
    given = typed.form.data
    if given is None:
        return {}
    changes = changes_at(found.whole, PATHS, given.model_dump())
    changes["retries"] |= policies_at(found.whole, typed.kinds)
    return changes | {
        "windows": [row.values for row in typed.rows],
        "preset": given.preset,
        "call_on_holidays": given.call_on_holidays,
    }


def _page(found: Opened, typed: Typed) -> str:
    rows = [*typed.rows, Row()] if not any(row.empty for row in typed.rows) else typed.rows
    return framed(
        "campaigns/hours.html",
        found,
        "hours",
        form=typed.form,
        rows=rows,
        kinds=typed.kinds,
        presets=PRESETS,
        day_names=_day_names(),
        **_week(found, typed),
    )


def _week(found: Opened, typed: Typed) -> dict[str, Any]:
    """The drawing of what was typed, or of what is kept while that cannot be read."""
    rt = current_rt()
    with rt.db.read() as tx:
        places = places_of(tx, current_principal(), found.id)
    place = _place(places, str(typed.form.values.get("place", "")))
    now, locale = rt.clock.now(), get_locale()
    today = now.astimezone(place.clock).date()
    monday = _monday(str(typed.form.values.get("week", "")), today)
    language = locale.language if locale else "en"
    drawing = draw(typed.file or found.file, place, monday, now, language)
    zones = [
        (city, people, _next_hours(typed.file or found.file, places, name, drawing))
        for name, city, people in zones_of(places)
    ]
    return {"drawing": drawing, "places": places, "zones": zones, "unread": typed.file is None}


def _next_hours(file: CampaignFile, places: Sequence[Place], zone: str, drawing: Drawing) -> Drawing:
    """The next opening in a zone, in the place there with most people."""
    place = next(place for place in places if place.zone == zone)
    now = current_rt().clock.now()
    return draw(file, place, drawing.monday, now, "en")


def _day_names() -> list[tuple[str, str, str]]:
    """(the file's word, a letter or two, the whole name), as the reader says them."""
    narrow, wide = weekday_names("narrow"), weekday_names("wide")
    return [(day, narrow[day], wide[day]) for day in WEEKDAYS]


def _place(places: Sequence[Place], wanted: str) -> Place:
    return next((place for place in places if f"{place.department} {place.zone}" == wanted), places[0])


def _monday(text: str, today: date) -> date:
    """The Monday of the week that was asked for; of this one when it cannot be read or is years away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    day = day if abs((day - today).days) < 800 else today
    return day - timedelta(days=day.weekday())

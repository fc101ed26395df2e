"""Instants as people read them: in a zone, with the zone named when it is not the reader's own.

    {{ row.planned_at|when(zone_of(row.region_code)) }}    16 nov. 2020, 14:03 UTC+4
    {{ row.planned_at|when }}                              16 nov. 2020, 10:03
    {{ row.planned_at|when(style="time") }}                10:03
    {{ row.planned_at|ago }}                               il y a 3 min
    {{ row.planned_at|day }}                               16 nov. 2020
    {{ weekday_names()["mon"] }}                           lun.

Each becomes ``<time datetime="...">``; an empty value becomes a dash. The reader's zone is that of the first
of their regions, and Paris for whoever sees the whole country. ``ago`` counts lived time.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from flask import Flask, current_app, g
from flask_babel import get_locale
from markupsafe import Markup

from callsvc.core.weekdays import WEEKDAYS, Weekday
from callsvc.web import current_rt

PARIS = ZoneInfo("Europe/Paris")
_KEY = "callsvc-zones"
_NOTHING = Markup('<span class="faint">–</span>')

Zones = Callable[[], Mapping[str, str]]


def register_times(app: Flask, zones: Zones) -> None:
    """Make the filters known to templates; ``zones`` reads the IANA zone of each region's code."""
    app.extensions[_KEY] = zones
    for filter in (when, ago, day):
        app.jinja_env.filters[filter.__name__] = filter
    app.jinja_env.globals.update(zone_of=zone_of, reader_zone=reader_zone, weekday_names=weekday_names)


def zone_of(region_code: str) -> ZoneInfo:
    """The zone of a region; Paris for a code that does not exist."""
    if "zones" not in g:
        g.zones = cast(Zones, current_app.extensions[_KEY])()
    try:
        return ZoneInfo(g.zones[region_code])
    except (KeyError, ZoneInfoNotFoundError):
        return PARIS


def reader_zone() -> ZoneInfo:
    """The zone of the first region of whoever is signed in."""
    principal = g.get("principal")
    if principal is None or principal.regions == "*" or not principal.regions:
        return PARIS
    return zone_of(min(principal.regions))


def when(instant: datetime | None, zone: ZoneInfo | None = None, style: str = "short") -> Markup:
    """The instant as the clocks of ``zone`` show it. ``style``: short, seconds, or time (no date)."""
    if instant is None:
        return _NOTHING
    home = reader_zone()
    local = instant.astimezone(zone or home)
    if style == "time":
        text = format_time(local, "short", tzinfo=local.tzinfo, locale=get_locale())
    else:
        date = format_date(local, "medium", locale=get_locale())
        time = format_time(local, "medium" if style == "seconds" else "short", locale=get_locale())
        text = f"{date}, {time}"
    if local.utcoffset() != instant.astimezone(home).utcoffset():
        text += f" {_zone_name(local)}"
    return _time(instant, local, text)


def day(instant: datetime | None, zone: ZoneInfo | None = None) -> Markup:
    """The day on which the instant falls in ``zone``."""
    if instant is None:
        return _NOTHING
    local = instant.astimezone(zone or reader_zone())
    return _time(instant, local, format_date(local, "medium", locale=get_locale()))


def ago(instant: datetime | None, now: datetime | None = None) -> Markup:
    """How long ago, or in how long; ``now`` is the lived instant unless another is given (machine time)."""
    if instant is None:
        return _NOTHING
    passed = instant - (now or current_rt().clock.now())
    text = format_timedelta(passed, format="short", add_direction=True, threshold=1.2, locale=get_locale())
    return _time(instant, instant.astimezone(reader_zone()), text)


def weekday_names(width: Literal["narrow", "abbreviated", "wide"] = "abbreviated") -> dict[Weekday, str]:
    """The days from Monday on, as the reader's language has them: L, lun. or lundi."""
    names = (get_locale() or Locale("en")).days["stand-alone"][width]
    return {day: names[number] for number, day in enumerate(WEEKDAYS)}


def _zone_name(local: datetime) -> str:
    """CET where the zone has letters of its own, else its distance: UTC+4."""
    name = local.tzname() or ""
    return f"UTC{name[0]}{name[1:].lstrip('0')}" if name[:1] in ("+", "-") else name


def _time(instant: datetime, local: datetime, text: str) -> Markup:
    full = format_datetime(local, "full", tzinfo=local.tzinfo, locale=get_locale())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(instant.isoformat(), full, text)

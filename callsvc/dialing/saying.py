"""A projection in sentences, French or English: when it ends, who has to wait, what it rests on."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale

from callsvc.dialing.expecting import Expected
from callsvc.dialing.preview import Preview
from callsvc.dialing.projecting import Brake, Projection
from callsvc.web.texts import gettext

PARIS = ZoneInfo("Europe/Paris")


def sentences(told: Preview, now: datetime, zone: ZoneInfo = PARIS) -> list[str]:
    """What a person who is about to start wants to know first; times are those of ``zone``.

    Example: ``At 3 calls a second everybody has had a first call by 16:40, and the list ends at 18:05.``
    """
    said = [*_margin(told)]
    if told.projection is None or told.expected is None:
        return [*said, gettext("Nobody on this list can be called.")]
    if told.channel == "sms":
        return [_last_sms(told.projection, told.expected, now, zone), *_missed(told), *said]
    return [
        _end(told.projection, told.expected, now, zone),
        *_missed(told),
        *_brake(told.projection, told.expected),
        *_assumed(told.expected),
        *said,
    ]


def _end(projection: Projection, means: Expected, now: datetime, zone: ZoneInfo) -> str:
    rate = _number(means.means.calls_per_second)
    if projection.first_tries_end_at is None:
        return gettext("At %(rate)s calls a second this list does not end within 14 days.", rate=rate)
    first = _moment(projection.first_tries_end_at, now, zone)
    if projection.ends_at is None:
        return gettext(
            "At %(rate)s calls a second everybody has had a first call by %(first)s; further tries go on for "
            "more than 14 days.",
            rate=rate,
            first=first,
        )
    return gettext(
        "At %(rate)s calls a second everybody has had a first call by %(first)s, and the list ends at "
        "%(end)s, after about %(calls)s calls; about %(reached)s people are reached.",
        rate=rate,
        first=first,
        end=_moment(projection.ends_at, now, zone),
        calls=_number(projection.calls),
        reached=_number(projection.reached),
    )


def _last_sms(projection: Projection, means: Expected, now: datetime, zone: ZoneInfo) -> str:
    rate = _number(means.means.calls_per_second)
    if projection.first_tries_end_at is None:
        return gettext("At %(rate)s SMS a second this list does not end within 14 days.", rate=rate)
    moment = _moment(projection.first_tries_end_at, now, zone)
    return gettext(
        "At %(rate)s SMS a second the last of %(count)s is sent at %(end)s.",
        rate=rate,
        count=_number(projection.calls),
        end=moment,
    )


def _missed(told: Preview) -> list[str]:
    assert told.projection is not None  # noqa: S101 - asked by whoever calls
    said = []
    open_ones = told.now + told.later.total()
    outside = told.later["outside-window"] / open_ones if open_ones else 0.0
    if outside:
        said.append(gettext("%(share)s fall outside their window now.", share=_share(outside)))
    if told.projection.missed_today:
        said.append(
            gettext(
                "%(share)s have their turn on another day: today’s window closes before it.",
                share=_share(told.projection.missed_today),
            )
        )
    return said


def _brake(projection: Projection, means: Expected) -> list[str]:
    with_others = means.shared_with
    words: dict[Brake, str] = {
        "pace": gettext("More calls a second would end it earlier."),
        "lines": gettext("More calls at once would end it earlier."),
        "agents": gettext("More agents would end it earlier."),
        "retries": gettext("Most of the time goes by between two tries of the same people."),
        "hours": gettext("Most of the time goes by while it is too early or too late to call."),
        "nothing": "",
    }
    said = [words[projection.held_back_by]]
    if with_others:
        said.append(
            gettext(
                "The calls a second are shared with %(count)s other campaigns.", count=_number(with_others)
            )
        )
    if means.needs_agents and not means.means.agents:
        said.append(
            gettext("No agent is present: whoever needs one would wait. The end is reckoned without.")
        )
    elif means.needs_agents:
        said.append(
            gettext(
                "%(agents)s agents are present, and a conversation takes them %(minutes)s min.",
                agents=_number(means.means.agents),
                minutes=_number(round(means.means.aht_s / 60, 1)),
            )
        )
    return [one for one in said if one]


def _assumed(means: Expected) -> list[str]:
    rate = _share(means.answer_rate)
    if means.measured:
        return [
            gettext(
                "Reckoned with %(rate)s of calls that reach the person, as measured on the last %(calls)s "
                "calls for this purpose.",
                rate=rate,
                calls=_number(means.measured),
            )
        ]
    return [
        gettext(
            "Assumed: %(rate)s of calls reach the person. Too few calls for this purpose have ended to "
            "measure it.",
            rate=rate,
        )
    ]


def _margin(told: Preview) -> list[str]:
    if not told.sampled:
        return []
    return [
        gettext(
            "%(sampled)s of %(people)s people were looked at: each count is right to within %(margin)s of "
            "them, in 19 cases of 20.",
            sampled=_number(told.sampled),
            people=_number(told.people),
            margin=_share(told.margin, 1),
        )
    ]


def _moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    time = format_time(local, "HH:mm", locale=_locale())
    if local.date() == now.astimezone(zone).date():
        return time
    return gettext("%(time)s on %(day)s", time=time, day=format_date(local, "EEEE d MMMM", locale=_locale()))


def _number(number: float) -> str:
    return str(format_decimal(number, locale=_locale()))


def _share(share: float, digits: int = 0) -> str:
    shown = max(share, 10 ** -(digits + 2)) if share else 0.0
    return str(format_percent(shown, f"#,##0{'.' + '0' * digits if digits else ''} %", locale=_locale()))


def _locale() -> str:
    return str(get_locale() or "en")

"""What a campaign will do, in words: read by whoever launches it and by the second person who approves it."""

from flask_babel import format_decimal

from callsvc.campaigning.hours import PRESETS
from callsvc.campaigning.retrying import KINDS
from callsvc.campaigning.settings import Opened
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.definitions.windows import Window
from callsvc.core.weekdays import WEEKDAYS
from callsvc.web.texts import gettext
from callsvc.web.times import weekday_names


def sentences(found: Opened, flow_title: str) -> list[str]:
    """Whom, how, when, how often, how fast and at most what: one sentence each."""
    file = found.file
    return [
        _whom(found, file),
        _how(file, flow_title),
        _when(file),
        *_again(file),
        _pace(file),
        *_limits(file),
        *besides(file),
        *_bounds(file),
    ]


def besides(file: CampaignFile) -> list[str]:
    """What it does beside its calls or SMS: announcements, the other channel, prices and days of its own."""
    return [*_announced(file), *_other_channel(file), *_of_its_own(file)]


def _announced(file: CampaignFile) -> list[str]:
    if file.announce is None:
        return []
    told = file.announce
    values = {
        "sender": told.sender or file.sms_pool or file.sms_sender,
        "before": _number(told.minutes_before),
        "length": _number(told.slot_minutes),
    }
    how = gettext(
        "An SMS from %(sender)s announces each first call, %(before)s minutes before the %(length)s minutes "
        "in which it comes.",
        **values,
    )
    moved = gettext("A reply moves it.") if told.can_move else gettext("It cannot be moved by a reply.")
    without = {
        "call": gettext("Who cannot be told is called all the same."),
        "leave": gettext("Who cannot be told is not called."),
    }
    return [f"{how} {moved} {without[told.otherwise]}"]


def _other_channel(file: CampaignFile) -> list[str]:
    said, text, calls = [], file.sms_fallback, file.voice_fallback
    sender = (text.sender if text is not None else "") or file.sms_pool or file.sms_sender
    if text is not None and text.campaign:
        said.append(
            gettext(
                "Whom no call reached is written to by the campaign %(campaign)s.", campaign=text.campaign
            )
        )
    elif text is not None and text.after_tries:
        said.append(
            gettext(
                "After %(tries)s calls in vain one SMS from %(sender)s follows, once.",
                tries=_number(text.after_tries), sender=sender,
            )
        )  # fmt: skip
    elif text is not None:
        said.append(gettext("Whom no call reached gets one SMS from %(sender)s.", sender=sender))
    if calls is not None:
        said.append(
            gettext(
                "Whom its SMS did not reach, or who does not answer, is called by the campaign %(campaign)s.",
                campaign=calls.campaign,
            )
        )
    return said


def _of_its_own(file: CampaignFile) -> list[str]:
    said = []
    if file.sms.prices:
        prices = ", ".join(
            f"{country} {format_decimal(euros)} €" for country, euros in file.sms.prices.items()
        )
        said.append(gettext("Its own prices of an SMS: %(prices)s.", prices=prices))
    if file.budget.tariffs:
        said.append(gettext("Its own prices of a minute: %(prices)s.", prices=file.budget.tariffs))
    if file.budget.minutes_a_day or file.budget.euros_a_day:
        minutes = _number(file.budget.longest_s / 60)
        said.append(
            gettext(
                "For its budget an automatic call ends after %(minutes)s minutes; a conversation does not.",
                minutes=minutes,
            )
        )
    if file.households == "apart":
        said.append(gettext("People who share a telephone are contacted one by one."))
    if file.retention_days:
        days = _number(file.retention_days)
        said.append(gettext("Its people are forgotten %(days)s days after its end.", days=days))
    return said


def _number(value: float) -> str:
    return str(format_decimal(value))


def _whom(found: Opened, file: CampaignFile) -> str:
    people = _number(found.progress.people)
    if file.standing:
        return gettext(
            "People come in all day; %(people)s are in it now. It goes on until somebody ends it.",
            people=people,
        )
    return gettext("%(people)s people are in it; it ends when each has an outcome.", people=people)


def _how(file: CampaignFile, flow_title: str) -> str:
    if file.channel == "sms":
        sender = file.sms_pool or file.sms_sender
        return gettext("Each gets an SMS from %(sender)s: “%(flow)s”.", sender=sender, flow=flow_title)
    sender = file.caller_pool or file.caller_id
    return gettext("Each is called from %(sender)s and hears “%(flow)s”.", sender=sender, flow=flow_title)


def _when(file: CampaignFile) -> str:
    said = "; ".join(window_said(window) for window in file.windows)
    grid = str(dict(PRESETS)[file.preset])
    if file.call_on_holidays:
        return gettext(
            "Hours where each person lives: %(hours)s, public holidays included. Legal grid: %(grid)s.",
            hours=said, grid=grid,
        )  # fmt: skip
    return gettext(
        "Hours where each person lives: %(hours)s, never on their public holidays. Legal grid: %(grid)s.",
        hours=said, grid=grid,
    )  # fmt: skip


def window_said(window: Window) -> str:
    """Mon–Fri 09:00–19:00, in the reader's language; days in a row are joined."""
    names = tuple(weekday_names().values())
    days = sorted(WEEKDAYS.index(day) for day in window.days)
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    said = ", ".join(
        f"{names[run[0]]}–{names[run[-1]]}" if len(run) > 2 else ", ".join(names[day] for day in run)
        for run in runs
    )
    return f"{said} {window.opens}–{window.closes}"


def _again(file: CampaignFile) -> list[str]:
    tries = file.retries.most_tries
    if tries == 1:
        return [gettext("Nobody is tried twice.")]
    waits = [
        f"{title} {_lasting(file.retries.policy(name).minutes)}"
        for name, title in KINDS
        if name in ("no-answer", "busy", "machine")
    ]
    said = gettext(
        "Whoever does not answer is tried up to %(tries)s times; the wait: %(waits)s.",
        tries=_number(tries),
        waits=", ".join(waits),
    )
    return [said]


def _lasting(minutes: float) -> str:
    if minutes < 60:
        return f"{minutes:g} min"
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def _pace(file: CampaignFile) -> str:
    return gettext(
        "At most %(rate)s a second, %(lines)s at once.",
        rate=_number(file.pacing.calls_per_second), lines=_number(file.pacing.most_live),
    )  # fmt: skip


def _limits(file: CampaignFile) -> list[str]:
    said = [
        gettext(
            "One number is called at most %(count)s times in 24 hours, by all campaigns together.",
            count=_number(file.caps.per_number_24h),
        )
    ]
    counts = (
        (file.most_calls_a_day, gettext("calls")),
        (file.budget.minutes_a_day, gettext("minutes")),
        (file.budget.euros_a_day, gettext("euros")),
    )
    told = ", ".join(f"{_number(count)} {unit}" for count, unit in counts if count)
    return [*said, gettext("Budget of a day: %(budget)s.", budget=told)] if told else said


def _bounds(file: CampaignFile) -> list[str]:
    said = []
    if file.schedule.starts_at:
        said.append(gettext("It starts by itself on %(moment)s.", moment=file.schedule.starts_at))
    if file.schedule.ends_at:
        said.append(gettext("It ends by itself on %(moment)s.", moment=file.schedule.ends_at))
    return said

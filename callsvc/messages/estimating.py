"""What a campaign's SMS will cost, before one is sent: segments and euros, at least and at most.

At least: the first message to everybody. At most: every turn of the flow once, or an announcement that is
moved and the fallback as well. Texts are measured with long but ordinary values in their places, in the
language of each person; prices are those of the campaign's file over ``CALLSVC_SMS_PRICES``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.callers import announcers, sms_senders
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.preferences import LANGUAGE, preferences_of
from callsvc.contacts.tables import contact, contact_number, phone_number, preference
from callsvc.core.db import Tx
from callsvc.flows.service import definition_of
from callsvc.messages.pacing import rate_of
from callsvc.messages.prices import price_of, prices_of
from callsvc.messages.segments import Advice, Segments, advice, count
from ivr_flows.lint.written import Written

What = Literal["conversation", "announcement", "fallback"]

_SAMPLES = {
    "day": "mercredi 30 septembre",
    "from": "10:00",
    "to": "10:20",
    "caller": "+33 1 99 00 01 99",
    "verify": "01 99 00 01 00",
}
_MOVED = 2  # segments and more of a call that is moved: what is offered, and what was chosen


@dataclass(frozen=True, kw_only=True)
class TextCost:
    """One text in one language. ``what``: conversation, announcement or fallback; ``at_most``: segments."""

    what: What
    language: str
    text: str
    size: Segments
    at_most: int
    people: int
    advice: Advice | None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """``people`` can be written to; the others of the campaign have no number that takes SMS.

    unpriced: countries without a price, which count for nothing in ``euros``. lasts: how long the first
    messages take at the sender's pace.
    """

    people: int
    without_number: int
    texts: tuple[TextCost, ...]
    segments: tuple[int, int]
    euros: tuple[float, float]
    unpriced: tuple[str, ...]
    lasts: timedelta


def estimate(tx: Tx, campaign_id: str) -> Cost:
    """The cost for everybody whose place is still open. Raises ``campaign-unknown``."""
    row = campaign_row(tx, campaign_id)
    config = config_of(row)
    groups, without = _people(tx, campaign_id)
    groups = _as_preferred(tx, campaign_id, groups)
    languages: dict[str, int] = {}
    for (language, _), many in groups.items():
        languages[language] = languages.get(language, 0) + many
    texts = [_cost(*wanted, people=languages) for wanted in _texts(tx, row, config, languages)]
    prices = prices_of(tx.settings, config)
    least, most, unpriced = _sums(groups, texts, prices)
    senders = announcers(tx, config) if config.announce else sms_senders(tx, config)
    rate = sum(rate_of(tx.settings, sender) for sender in senders) or rate_of(tx.settings, "")
    people = sum(groups.values())
    return Cost(
        people=people,
        without_number=without,
        texts=tuple(texts),
        segments=(least[0], most[0]),
        euros=(round(least[1], 2), round(most[1], 2)),
        unpriced=unpriced,
        lasts=timedelta(seconds=people / rate) if texts else timedelta(),
    )


def _people(tx: Tx, campaign_id: str) -> tuple[dict[tuple[str, str], int], int]:
    """How many by language and country of the first number that takes SMS, and how many have none."""
    place = campaign_contact.c
    first = (
        sa.select(contact_number.c.contact_id, sa.func.min(contact_number.c.rank).label("rank"))
        .join(phone_number, phone_number.c.id == contact_number.c.number_id)
        .where(phone_number.c.kind != "fixed", contact_number.c.unworkable_since.is_(None))
        .group_by(contact_number.c.contact_id)
        .subquery()
    )
    rows = tx.all(
        sa.select(contact.c.language, phone_number.c.country, sa.func.count().label("many"))
        .select_from(campaign_contact)
        .join(contact, contact.c.id == place.contact_id)
        .join(first, first.c.contact_id == contact.c.id, isouter=True)
        .join(
            contact_number,
            (contact_number.c.contact_id == first.c.contact_id) & (contact_number.c.rank == first.c.rank),
            isouter=True,
        )
        .join(phone_number, phone_number.c.id == contact_number.c.number_id, isouter=True)
        .where(place.campaign_id == campaign_id, place.status != "done")
        .group_by(contact.c.language, phone_number.c.country)
    )
    groups = {(row.language, row.country): int(row.many) for row in rows if row.country is not None}
    return groups, sum(int(row.many) for row in rows if row.country is None)


def _as_preferred(tx: Tx, campaign_id: str, groups: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """The same with whoever chose another language for their number counted in that one.

    What was chosen is sealed, so that each is opened: they are few beside those who chose nothing.
    """
    place = campaign_contact.c
    rows = tx.all(
        sa.select(contact.c.language, phone_number.c.country, phone_number.c.id)
        .select_from(campaign_contact)
        .join(contact, contact.c.id == place.contact_id)
        .join(contact_number, contact_number.c.contact_id == contact.c.id)
        .join(phone_number, phone_number.c.id == contact_number.c.number_id)
        .join(preference, preference.c.number_id == phone_number.c.id)
        .where(
            place.campaign_id == campaign_id,
            place.status != "done",
            contact_number.c.rank == _first_that_takes_sms(),
            preference.c.name == LANGUAGE,
            preference.c.replaced_at.is_(None),
        )
    )
    chosen = preferences_of(tx, sorted({row.id for row in rows})) if rows else {}
    moved = dict(groups)
    for row in rows:
        wanted = chosen[row.id].language if row.id in chosen else ""
        if wanted and wanted != row.language:
            moved[row.language, row.country] = moved.get((row.language, row.country), 0) - 1
            moved[wanted, row.country] = moved.get((wanted, row.country), 0) + 1
    return {group: many for group, many in moved.items() if many > 0}


def _first_that_takes_sms() -> sa.ScalarSelect[int]:
    """The rank of the number that a person is written to on."""
    other, number = contact_number.alias(), phone_number.alias()
    return (
        sa.select(sa.func.min(other.c.rank))
        .join(number, number.c.id == other.c.number_id)
        .where(
            other.c.contact_id == contact.c.id, number.c.kind != "fixed", other.c.unworkable_since.is_(None)
        )
        .correlate(contact)
        .scalar_subquery()
    )


def _texts(
    tx: Tx, row: Row[Any], config: CampaignFile, languages: Mapping[str, int]
) -> list[tuple[What, str, str, int]]:
    """What, language, its first text, and the segments of all that may follow."""
    found: list[tuple[What, str, str, int]] = []
    for language in sorted(languages):
        if config.channel == "sms":
            written = Written(definition_of(tx, row.flow_version), language)
            turns = sum(count(text).segments for text in written.turns().values())
            found.append(("conversation", language, written.first(), turns))
        if config.announce is not None:
            text = _in(config.announce.text, language).format(**_SAMPLES)
            moved = _MOVED * count(text).segments if config.announce.can_move else 0
            found.append(("announcement", language, text, count(text).segments + moved))
        if config.sms_fallback is not None and config.sms_fallback.text:
            text = _in(config.sms_fallback.text, language)
            found.append(("fallback", language, text, count(text).segments))
    return found


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()))


def _cost(what: What, language: str, text: str, at_most: int, *, people: Mapping[str, int]) -> TextCost:
    size = count(text)
    return TextCost(
        what=what,
        language=language,
        text=text,
        size=size,
        at_most=max(at_most, size.segments),
        people=people[language],
        advice=advice(text),
    )


def _sums(
    groups: Mapping[tuple[str, str], int], texts: list[TextCost], prices: Mapping[str, float]
) -> tuple[tuple[int, float], tuple[int, float], tuple[str, ...]]:
    least, most = [0, 0.0], [0, 0.0]
    unpriced = set()
    for (language, country), many in groups.items():
        price = price_of(prices, country)
        if price is None:
            unpriced.add(country)
        for text in texts:
            if text.language == language:
                first = 0 if text.what == "fallback" else text.size.segments
                least = [least[0] + many * first, least[1] + many * first * (price or 0)]
                most = [most[0] + many * text.at_most, most[1] + many * text.at_most * (price or 0)]
    return (int(least[0]), least[1]), (int(most[0]), most[1]), tuple(sorted(unpriced))

"""The step that looks ahead: whom the campaign reaches, whom not and why, when it ends, what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.costs import euros_of_calls
from callsvc.campaigning.flows import flow_of_version, unspoken
from callsvc.campaigning.framing import framed
from callsvc.campaigning.places import languages_of
from callsvc.campaigning.settings import Opened, opened
from callsvc.campaigns.reasons import FINAL_REASONS
from callsvc.campaigns.sentences import phrase_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.preview import Preview, preview
from callsvc.dialing.saying import sentences
from callsvc.messages.estimating import Cost, estimate
from callsvc.platforms.queries import regions_by_name
from callsvc.web import current_rt
from callsvc.web.times import reader_zone

PERSON = "people.show"  # the page of a person


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Why some are not called now. ``examples``: addresses of their pages, for whoever may read them."""

    reason: str
    said: str
    people: int
    final: bool
    examples: tuple[str, ...]


@blueprint.get("/<campaign_id>/check")
@page("campaigns")
def check(campaign_id: str) -> ResponseReturnValue:
    rt = current_rt()
    with rt.db.read() as tx:
        found = opened(tx, campaign_id)
        told = preview(tx, campaign_id)
        values = {
            "told": told,
            "skipped": _skipped(tx, told),
            "regions": _regions(tx, told),
            "euros": _euros(tx, found, told),
            "sms": _sms(tx, found),
            "unspoken": unspoken(
                flow_of_version(tx, found.version), languages_of(tx, current_principal(), campaign_id)
            ),
        }
        said = sentences(told, tx.now, reader_zone()) if told.people else []
    return framed("campaigns/check.html", found, "check", sentences=said, **values)


def _skipped(tx: Tx, told: Preview) -> list[Skipped]:
    """Those who wait, then those who are never called; the most frequent reason first."""
    people = _people_of(tx, told.examples)
    return [
        Skipped(
            reason=reason,
            said=phrase_of(reason),
            people=count,
            final=reason in FINAL_REASONS,
            examples=tuple(people[place] for place in told.examples.get(reason, ()) if place in people),
        )
        for counter in (told.later, told.never)
        for reason, count in counter.most_common()
    ]


def _people_of(tx: Tx, examples: Mapping[str, list[str]]) -> dict[str, str]:
    """The page of the person in each of these places; empty where the reader may not read people's data."""
    if not current_principal().may("contacts") or PERSON not in current_app.view_functions:
        return {}
    places = [place for some in examples.values() for place in some]
    rows = tx.all(
        sa.select(campaign_contact.c.id, campaign_contact.c.contact_id).where(
            campaign_contact.c.id.in_(places)
        )
    )
    return {row.id: url_for(PERSON, contact_id=row.contact_id) for row in rows}


def _regions(tx: Tx, told: Preview) -> list[tuple[str, Any]]:
    """(name, counts) by region, for regions with somebody in them."""
    rows = [(row.name, told.regions[row.code]) for row in regions_by_name(tx) if row.code in told.regions]
    return [(name, counts) for name, counts in rows if counts.people]


def _euros(tx: Tx, found: Opened, told: Preview) -> float | None:
    file = found.file
    return None if file.channel == "sms" else euros_of_calls(tx, told, file)


def _sms(tx: Tx, found: Opened) -> Cost | None:
    """What its SMS cost; None for a campaign that writes none."""
    file = found.file
    writes = file.channel == "sms" or file.announce is not None or file.sms_fallback is not None
    return estimate(tx, found.id) if writes else None

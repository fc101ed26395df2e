"""Do-not-contact entries for programs: added at once, shown masked, lifted only by name and for a reason."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.contacts.lifting import (
    ask_lift,
    lift_suppression,
    numbers_seen,
    refuse_lift,
    seen_suppressions,
)
from callsvc.contacts.numbers import read_typed, reveal, store_number
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import phone_number, suppression, suppression_lift
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden, Invalid, NotFound
from callsvc.core.phone_numbers import mask, zone_of
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, narrowed, page_of
from callsvc.web.models import Asked, Listed, Name, Told

suppressions_api = api_blueprint("suppressions_api")

SUPPRESSIONS = Tag(name="suppressions", description="Do-not-contact entries. Nothing but a lift ends one.")
UNKNOWN = Refusal("suppression-unknown", 404, "No do-not-contact entry of your regions has this id.")
LIFTED = Refusal("suppression-lifted", 409, "It was lifted before.")
NOT_ASKED = Refusal("lift-not-asked", 409, "Nobody has asked for this entry to end.")


class Suppression(Told):
    id: str
    number_id: str
    number: str = Field(description="Masked.", examples=["+33 6 •• •• •• 34"])
    scope: Literal["sms", "purpose", "all"]
    purpose: str
    source: str = Field(description="key, sms, import, agent, api.")
    evidence: str = Field(description="An id: leg, message, import and line.")
    recorded_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None


class SuppressionList(Listed):
    items: list[Suppression]


class SuppressionFilter(Paging):
    scope: Literal["", "sms", "purpose", "all"] = ""
    source: Name = ""
    purpose: Name = ""
    live: bool = Field(True, description="Only those that hold now; false: those that were lifted.")


class SuppressionWish(Asked):
    number: str = Field(
        min_length=4, max_length=40, description="As people write it, or E.164.", examples=["06 39 98 12 34"]
    )
    scope: Literal["sms", "purpose", "all"] = "all"
    purpose: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]{0,58})?$", description="For the scope `purpose`.")


class Suppressed(Told):
    number_id: str
    new: bool = Field(description="False when such an entry held already.")


class LiftWish(Asked):
    reason: str = Field(
        min_length=10, max_length=200, description="Kept in the access log: no name, no number.",
        examples=["Asked in writing to be called again, letter of 12 November."],
    )  # fmt: skip


class LiftWished(Told):
    id: str
    suppression_id: str
    asked_at: datetime
    asked_by: str = Field(description="An account, or the message in which the person wrote START.")
    reason: str
    status: Literal["asked", "lifted", "refused"]


class LiftWishList(Listed):
    items: list[LiftWished]


@suppressions_api.get("/suppressions")
@api("contacts")
@operation(SUPPRESSIONS)
def list_suppressions(query: SuppressionFilter) -> SuppressionList:
    """Entries of numbers of your regions, newest first; the reading is recorded in the access log."""
    entry = suppression.c
    wanted = narrowed(
        _entries().where(entry.lifted_at.is_(None) if query.live else entry.lifted_at.is_not(None)),
        (entry.scope, query.scope),
        (entry.source, query.source),
        (entry.purpose, query.purpose),
    )
    with current_rt().db.begin() as tx:
        rows, more = page_of(tx, wanted, query, entry.id, newest_first=True)
        record_access(tx, current_principal(), "suppressions-listed", "suppressions", {"shown": len(rows)})
        return SuppressionList(items=[_shown(tx, row) for row in rows], next=more)


@suppressions_api.get("/suppressions/<suppression_id>")
@api("contacts")
@operation(SUPPRESSIONS, refusals=(UNKNOWN,))
def show_suppression(suppression_id: str) -> Suppression:
    """One entry; the reading is recorded in the access log."""
    with current_rt().db.begin() as tx:
        row = tx.first(_entries().where(suppression.c.id == suppression_id))
        if row is None:
            raise NotFound("suppression-unknown", "No do-not-contact entry of your regions has this id.")
        record_access(tx, current_principal(), "suppression-read", suppression_id, {})
        return _shown(tx, row)


@suppressions_api.post("/suppressions")
@api("contacts")
@operation(
    SUPPRESSIONS,
    status=201,
    refusals=(
        Refusal(
            "number-invalid", 422, "The text is not one phone number we could call; the sentence says why."
        ),
        Refusal("purpose-missing", 422, "The scope `purpose` needs a purpose, the other scopes have none."),
        Refusal("number-not-yours", 403, "Nobody of your regions has this number."),
    ),
)
def add_suppression(json: SuppressionWish) -> Suppressed:
    """Never contact this number again: in force at once, calls that ring are ended."""
    if (json.scope == "purpose") != bool(json.purpose):
        raise Invalid("purpose-missing", "Name the purpose for the scope 'purpose', and only for that.")
    read = read_typed(current_rt().settings, json.number)
    by = current_principal()
    with current_rt().db.begin() as tx:
        if not numbers_seen(tx, by, [read.e164]):
            raise Forbidden(
                "number-not-yours",
                "Nobody of your regions has this number: an account of the whole country adds it.",
            )
        number_id = store_number(
            tx, read.e164, synthetic=read.synthetic, country=read.territory, kind=read.kind,
            zone=zone_of(territory=read.territory) or "Europe/Paris",
        )  # fmt: skip
        new = suppress(tx, number_id, json.scope, purpose=json.purpose, source="api", evidence=by.account_id)
        record_access(tx, by, "suppression-added", number_id, {"scope": json.scope, "new": new})
    return Suppressed(number_id=number_id, new=new)


@suppressions_api.post("/suppressions/<suppression_id>/lift-wish")
@api("contacts")
@operation(
    SUPPRESSIONS,
    again="nature",
    refusals=(
        UNKNOWN,
        LIFTED,
        Refusal("reason-holds-number", 422, "The reason holds a phone number; the log keeps it for good."),
    ),
)
def wish_lift(suppression_id: str, json: LiftWish) -> LiftWished:
    """Ask that one entry end, for a reason that the access log keeps; another person decides."""
    with current_rt().db.begin() as tx:
        lift_id = ask_lift(tx, current_principal(), suppression_id, json.reason)
        return LiftWished.model_validate(
            tx.first(sa.select(suppression_lift).where(suppression_lift.c.id == lift_id))
        )


@suppressions_api.get("/suppressions/lift-wishes")
@api("contacts")
@operation(SUPPRESSIONS)
def list_lift_wishes(query: Paging) -> LiftWishList:
    """Wishes that wait for a decision, newest first: of colleagues, and of people who wrote START."""
    wanted = (
        sa.select(suppression_lift)
        .join(suppression, suppression.c.id == suppression_lift.c.suppression_id)
        .where(suppression_lift.c.status == "asked", seen_suppressions(current_principal()))
    )
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, suppression_lift.c.id, newest_first=True)
    return LiftWishList(items=[LiftWished.model_validate(row) for row in rows], next=more)


@suppressions_api.post("/suppressions/<suppression_id>/lift")
@api("contacts")
@operation(
    SUPPRESSIONS,
    refusals=(
        UNKNOWN,
        LIFTED,
        NOT_ASKED,
        Refusal("lift-needs-another", 409, "Who asked for it does not decide."),
    ),
)
def lift(suppression_id: str) -> Suppression:
    """End one entry that somebody else asked to end; both names and the reason stay in the access log."""
    with current_rt().db.begin() as tx:
        lift_suppression(tx, current_principal(), suppression_id)
        return _shown(tx, tx.all(_entries().where(suppression.c.id == suppression_id))[0])


@suppressions_api.post("/suppressions/<suppression_id>/lift-refusal")
@api("contacts")
@operation(SUPPRESSIONS, refusals=(UNKNOWN, NOT_ASKED))
def refuse_suppression_lift(suppression_id: str) -> Suppression:
    """The entry stays, whoever asked for its end."""
    with current_rt().db.begin() as tx:
        refuse_lift(tx, current_principal(), suppression_id)
        return _shown(tx, tx.all(_entries().where(suppression.c.id == suppression_id))[0])


def _entries() -> sa.Select[Any]:
    columns = (phone_number.c.ciphertext, phone_number.c.fingerprint)
    joined = sa.select(suppression, *columns).join(phone_number, phone_number.c.id == suppression.c.number_id)
    return joined.where(seen_suppressions(current_principal()))


def _shown(tx: Tx, row: Any) -> Suppression:
    names = [name for name in Suppression.model_fields if name != "number"]
    return Suppression(number=mask(reveal(tx, row)), **{name: getattr(row, name) for name in names})

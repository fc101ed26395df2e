"""Edited agreements that are not made yet: what a form or a program sends and a preview plays."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from callsvc.accounts.scope import Principal
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden, NotFound
from callsvc.routing.aid.agreeing import Agreed, end_agreement, put_agreement
from callsvc.routing.rules.agreements import check_agreement


class Terms(BaseModel):
    """Terms of an agreement, as they are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rank: int = Field(1, ge=1, le=99)
    activate_wait_s: int = 10
    release_wait_s: int = 5
    cap: int = 10
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: dict[str, list[list[str]]] | None = None


class Edited(BaseModel):
    """One agreement made or changed; without terms, ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    aided: str
    aiding: str
    terms: Terms | None = None

    def check(self, by: Principal) -> None:
        """Raise as making or ending it would."""
        if self.terms is None:
            if not (by.may_see(self.aided) or by.may_see(self.aiding)):
                raise NotFound("agreement-unknown", "No agreement of your regions is between these two.")
            return
        if not by.may_see(self.aiding):
            raise Forbidden("not-your-region", "The region that helps agrees: ask an account of that region.")
        check_agreement(self.aided, self.aiding, **_checked(self.terms))


def make(tx: Tx, one: Edited, *, by: Principal) -> None:
    """Do as it says: ``put_agreement`` or ``end_agreement``."""
    if one.terms is None:
        end_agreement(tx, one.aided, one.aiding, by=by)
    else:
        put_agreement(tx, aided=one.aided, aiding=one.aiding, by=by, **one.terms.model_dump())


def edited(present: Sequence[Agreed], changes: Sequence[Edited]) -> list[Agreed]:
    """The agreements as they would be."""
    found = {(one.aided_region, one.aiding_region): one for one in present}
    for one in changes:
        found.pop((one.aided, one.aiding), None)
        if one.terms is not None:
            values: dict[str, Any] = one.terms.model_dump()
            found[one.aided, one.aiding] = Agreed(aided_region=one.aided, aiding_region=one.aiding, **values)
    return [found[pair] for pair in sorted(found)]


def _checked(terms: Terms) -> Mapping[str, Any]:
    values = terms.model_dump(exclude={"rank", "hours"})
    return {**values, "week": terms.hours}

"""The file that declares pools of callers: ``callsvc callers apply`` makes it so, and twice changes nothing.

```yaml
pools:
  - id: national
    title: Numéros nationaux
    verify: "01 99 00 01 00"        # printed and published: who calls it hears whether a call was ours
    choose: contact                 # a person sees the same number each time; or day, or try
    senders:
      - {value: "+33937000100"}
      - {value: "+33162000100", regions: ["44"]}   # people of Grand Est see this one
      - {value: "38000"}            # a short code: SMS, with answers
```
"""

from typing import Any, Self

import sqlalchemy as sa
from pydantic import Field, StrictBool, field_validator, model_validator

from callsvc.campaigns.sender_rules import KINDS, Choice, kind_of
from callsvc.campaigns.tables import caller_pool, caller_sender, campaign
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.core.phone_numbers import is_fictional
from callsvc.core.yaml_files import Part, checked, mapping_in

_NAME = r"^[a-z0-9][a-z0-9-]{0,58}$"
_ON_FICTION = frozenset({"verified", "platform", "overseas-platform", "fiction"})


class SenderEntry(Part):
    """A number in E.164, a short code or a name. What its kind can do may be narrowed, never widened."""

    value: str = Field(min_length=1, max_length=20, examples=["+33937000100"])
    kind: str = Field("", validate_default=True, description="Found from the value; given, it must be right.")
    voice: StrictBool = True
    sms: StrictBool = True
    can_reply: StrictBool = True
    countries: list[str] = Field(default_factory=list, max_length=30)
    regions: list[str] = Field(default_factory=list, max_length=30)

    @field_validator("kind")
    @classmethod
    def _as_it_is(cls, kind: str, info: Any) -> str:
        value = info.data.get("value", "")
        found = kind_of(value)
        if found is None:
            raise ValueError("the value is neither a number in E.164, nor a short code, nor a name")
        if kind and kind != found and not (is_fictional(value) and kind in _ON_FICTION):
            raise ValueError(f"this is a sender of the kind {found}")
        return kind or found

    @model_validator(mode="after")
    def _good_for_something(self) -> Self:
        can = KINDS[self.kind]
        if not (can.voice and self.voice) and not (can.sms and self.sms):
            raise ValueError(f"it could neither call nor write: {can.says or 'both are switched off'}")
        return self


class PoolEntry(Part):
    id: str = Field(pattern=_NAME)
    title: str = Field(min_length=1, max_length=200)
    verify: str = Field("", max_length=40)
    choose: Choice = "contact"
    senders: list[SenderEntry] = Field(min_length=1, max_length=500)


class CallersFile(Part):
    pools: list[PoolEntry] = Field(max_length=200)

    @field_validator("pools")
    @classmethod
    def _each_once(cls, pools: list[PoolEntry]) -> list[PoolEntry]:
        ids = [pool.id for pool in pools]
        if len(set(ids)) < len(ids):
            raise ValueError("each pool stands in the file once")
        if any(len({one.value for one in pool.senders}) < len(pool.senders) for pool in pools):
            raise ValueError("each sender stands in its pool once")
        return pools


def read_callers(text: str) -> CallersFile:
    """A validated file, or ``callers-file-invalid`` with every place and what is wrong there."""
    raw = mapping_in(text, "callers-file-invalid", begins="pools: []")
    return checked(CallersFile, raw, "callers-file-invalid", "file")


def apply_callers(tx: Tx, file: CallersFile, by: str) -> bool:
    """Make the pools what the file says; True if something changed.

    ``caller-pool-used``  a pool that the file leaves out is named by a campaign that is not over
    ``fiction-number``    a number reserved for fiction, and the carrier is real
    """
    if not tx.settings.carrier_is_loopback:
        for sender in (sender for pool in file.pools for sender in pool.senders):
            if is_fictional(sender.value):
                raise Invalid("fiction-number", "A real carrier needs numbers of yours, none of fiction.")
    wanted = {pool.id: pool for pool in map(_as_stored, file.pools)}
    known = {pool.id: pool for pool in declared(tx).pools}
    for pool_id in known.keys() - wanted.keys():
        _refuse_used(tx, pool_id)
    changed = [
        pool_id for pool_id in known.keys() | wanted.keys() if known.get(pool_id) != wanted.get(pool_id)
    ]
    for pool_id in sorted(changed):
        tx.delete(caller_sender, caller_sender.c.pool_id == pool_id)
        tx.delete(caller_pool, caller_pool.c.id == pool_id)
        if pool_id in wanted:
            _insert(tx, wanted[pool_id], by)
    return bool(changed)


def _as_stored(pool: PoolEntry) -> PoolEntry:
    """In one order, and with what its kind cannot do switched off, so that two ways to say it are one."""
    senders = []
    for one in sorted(pool.senders, key=lambda one: one.value):
        can = KINDS[one.kind]
        able = {name: getattr(one, name) and getattr(can, name) for name in ("voice", "sms", "can_reply")}
        places = {"countries": sorted(one.countries), "regions": sorted(one.regions)}
        senders.append(one.model_copy(update={**able, **places}))
    return pool.model_copy(update={"senders": senders})


def declared(tx: Tx) -> CallersFile:
    """The pools as the file that would make them, in the order of their ids."""
    senders: dict[str, list[dict[str, Any]]] = {}
    for row in tx.all(sa.select(caller_sender).order_by(caller_sender.c.value)):
        senders.setdefault(row.pool_id, []).append(
            {
                **{name: getattr(row, name) for name in ("value", "kind", "voice", "sms", "can_reply")},
                "countries": row.countries.split(),
                "regions": row.regions.split(),
            }
        )
    pools = [
        {
            **{name: getattr(row, name) for name in ("id", "title", "verify", "choose")},
            "senders": senders[row.id],
        }
        for row in tx.all(sa.select(caller_pool).order_by(caller_pool.c.id))
    ]
    return CallersFile.model_validate({"pools": pools})


def _refuse_used(tx: Tx, pool_id: str) -> None:
    for row in tx.all(sa.select(campaign).where(campaign.c.state.not_in(("stopped", "completed")))):
        if pool_id in (row.config.get("caller_pool"), row.config.get("sms_pool")):
            raise Conflict("caller-pool-used", f"Campaign {row.id!r} shows numbers of the pool {pool_id!r}.")


def _insert(tx: Tx, pool: PoolEntry, by: str) -> None:
    tx.insert(
        caller_pool,
        id=pool.id,
        title=pool.title,
        verify=pool.verify,
        choose=pool.choose,
        changed_at=tx.now,
        changed_by=by,
    )
    for sender in pool.senders:
        places = {name: " ".join(getattr(sender, name)) for name in ("countries", "regions")}
        able = {name: getattr(sender, name) for name in ("value", "kind", "voice", "sms", "can_reply")}
        tx.insert(caller_sender, pool_id=pool.id, **able, **places)

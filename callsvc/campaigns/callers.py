"""Which number a person sees when a campaign calls or writes to them, and where it may not be shown.

A campaign names a pool, or one number, which is a pool of one. What is not allowed is refused when the
campaign's file is applied, when it starts, and again at every claim.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.sender_rules import KINDS, Choice, Sender, Use, choose, refusal, sender_of
from callsvc.campaigns.tables import caller_pool, caller_sender
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid, NotFound
from callsvc.flows.answering import expects_answers


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Senders and the rule that chooses among them; ``verify`` is the number that proves a call genuine."""

    id: str
    title: str
    verify: str
    choose: Choice
    senders: tuple[Sender, ...]


def pool_named(tx: Tx, pool_id: str) -> Pool:
    """``caller-pool-unknown`` when nobody declared it."""
    row = tx.first(sa.select(caller_pool).where(caller_pool.c.id == pool_id))
    if row is None:
        raise NotFound(
            "caller-pool-unknown",
            f"No pool of callers is called {pool_id!r}: `callsvc callers apply` makes it.",
        )
    rows = tx.all(
        sa.select(caller_sender).where(caller_sender.c.pool_id == pool_id).order_by(caller_sender.c.value)
    )
    senders = tuple(
        Sender(
            value=one.value,
            kind=one.kind,
            voice=one.voice,
            sms=one.sms,
            can_reply=one.can_reply,
            countries=frozenset(one.countries.split()),
            regions=frozenset(one.regions.split()),
        )
        for one in rows
    )
    return Pool(id=row.id, title=row.title, verify=row.verify, choose=row.choose, senders=senders)


def _pool(tx: Tx, pool_id: str, one: str) -> Pool:
    """The named pool, or the pool of the one sender the file gives (``sender-unreadable``)."""
    if pool_id:
        return pool_named(tx, pool_id)
    try:
        senders = (sender_of(one),) if one else ()
    except ValueError as error:
        raise Invalid("sender-unreadable", f"{one!r} is {error}.") from None
    return Pool(id="", title="", verify="", choose="contact", senders=senders)


def voice_pool(tx: Tx, file: CampaignFile) -> Pool:
    return _pool(tx, file.caller_pool, file.caller_id)


def sms_pool(tx: Tx, file: CampaignFile) -> Pool:
    return _pool(tx, file.sms_pool, file.sms_sender)


def sms_senders(tx: Tx, file: CampaignFile) -> tuple[str, ...]:
    """Whoever may write for this campaign."""
    use = Use(channel="sms")
    return tuple(sender.value for sender in sms_pool(tx, file).senders if not refusal(sender, use))


def verify_line(tx: Tx, file: CampaignFile) -> str:
    """The published number with which a person checks that a call or an SMS of this campaign was ours."""
    named = file.caller_pool or file.sms_pool
    return (pool_named(tx, named).verify if named else "") or tx.settings.callsvc_verify_phone


def require_callers(tx: Tx, file: CampaignFile, version: str) -> None:
    """``caller-not-allowed`` unless some sender of the campaign may be used for all it does.

    ``version`` is its flow's, which says whether people are to answer by SMS. ``caller-twice`` when the file
    gives both a number and a pool.
    """
    if (file.caller_id and file.caller_pool) or (file.sms_sender and file.sms_pool):
        raise Invalid("caller-twice", "Give caller_id or caller_pool, sms_sender or sms_pool: one of both.")
    if file.channel == "sms":
        _require(tx, sms_pool(tx, file), Use(channel="sms", two_way=expects_answers(tx, version)))
        return
    _require(tx, voice_pool(tx, file), Use(channel="voice"))
    if file.sms_pool or file.sms_sender:
        asks = file.announce is not None and not file.announce.sender and file.announce.can_move
        _require(tx, sms_pool(tx, file), Use(channel="sms", two_way=asks))
    if file.announce is not None and file.announce.sender:
        _require(tx, _pool(tx, "", file.announce.sender), Use(channel="sms", two_way=file.announce.can_move))
    if file.sms_fallback is not None and file.sms_fallback.text:
        own = file.sms_fallback.sender
        _require(tx, _pool(tx, "", own) if own else sms_pool(tx, file), Use(channel="sms"))


def _require(tx: Tx, pool: Pool, use: Use) -> None:
    usable = [sender for sender in pool.senders if not refusal(sender, use)]
    if any(sender.kind != "fiction" or tx.settings.carrier_is_loopback for sender in usable):
        return
    if usable:
        raise Invalid("fiction-number", "A real carrier needs a number of yours, none reserved for fiction.")
    what = "calls" if use.channel == "voice" else "SMS that people answer" if use.two_way else "SMS"
    if not pool.senders:
        raise Invalid("caller-not-allowed", f"No sender is given for {what}.", reasons=["no-sender"])
    first = pool.senders[0]
    why = KINDS[first.kind].says or "its pool says so"
    raise Invalid(
        "caller-not-allowed",
        f"{first.value} may not be used for {what}: {why}. Choose a sender of another kind.",
        reasons=sorted({refusal(sender, use) for sender in pool.senders}),
    )


def caller_for(
    tx: Tx, file: CampaignFile, *, contact_id: str, region: str, country: str, tries: int
) -> str | None:
    """The number this person's telephone shows; None when none may be shown (fails closed)."""
    use = Use(channel="voice", country=country)
    return _chosen(tx, voice_pool(tx, file), use, who=contact_id, region=region, tries=tries)


def sms_sender_for(
    tx: Tx, file: CampaignFile, *, contact_id: str, region: str, country: str = "", two_way: bool = False
) -> str | None:
    """Who an SMS of this campaign comes from; one conversation keeps one sender, so tries do not count."""
    use = Use(channel="sms", two_way=two_way, country=country)
    return _chosen(tx, sms_pool(tx, file), use, who=contact_id, region=region, tries=0)


def announcer_for(
    tx: Tx, file: CampaignFile, *, contact_id: str, region: str, country: str = ""
) -> str | None:
    """Who announces a call to this person: the announcement's own sender, else as for any SMS of it."""
    if file.announce is None or file.announce.sender:
        return file.announce.sender if file.announce else None
    two_way = file.announce.can_move
    return sms_sender_for(tx, file, contact_id=contact_id, region=region, country=country, two_way=two_way)


def fallback_sender_for(
    tx: Tx, file: CampaignFile, *, contact_id: str, region: str, country: str = ""
) -> str | None:
    """Who writes to somebody whom no call reached: the fallback's own sender, else as for any SMS of it."""
    own = file.sms_fallback.sender if file.sms_fallback else ""
    return own or sms_sender_for(tx, file, contact_id=contact_id, region=region, country=country)


def announcers(tx: Tx, file: CampaignFile) -> tuple[str, ...]:
    """Whoever may announce calls of this campaign."""
    own = file.announce.sender if file.announce else ""
    return (own,) if own else sms_senders(tx, file)


def _chosen(tx: Tx, pool: Pool, use: Use, *, who: str, region: str, tries: int) -> str | None:
    today = tx.now.astimezone(tx.settings.zone).date()
    found = choose(pool.senders, use, by=pool.choose, who=who, region=region, today=today, tries=tries)
    return found.value if found is not None else None

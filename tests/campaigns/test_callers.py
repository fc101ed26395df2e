"""Who a person sees: kinds of numbers, what each may do, one person one number, refusals at every door."""

from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from callsvc.calls.tables import leg
from callsvc.campaigns.caller_files import apply_callers, declared, read_callers
from callsvc.campaigns.callers import caller_for, sms_sender_for, verify_line
from callsvc.campaigns.sender_rules import KINDS, Sender, Use, choose, kind_of, refusal, sender_of
from callsvc.campaigns.service import apply_campaign, change_state
from callsvc.campaigns.tables import caller_sender
from callsvc.core.errors import CallsvcError, Conflict, Invalid
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, publish_library, start_campaign

POOLS = """
pools:
  - id: national
    title: Numéros nationaux
    verify: "01 99 00 09 99"
    senders:
      - {value: "+33199000101"}
      - {value: "+33199000102"}
      - {value: "+33199000103", regions: ["44"]}
  - id: writing
    title: Pour écrire
    senders: [{value: "38000"}, {value: "SANTE"}]
  - {id: names, title: Un nom, senders: [{value: "SANTE"}]}
"""
ANNOUNCED = {"text": {"fr": "Nous vous appelons entre {from} et {to}."}}
VOICE, SMS = Use(channel="voice"), Use(channel="sms")
TWO_WAY = Use(channel="sms", two_way=True)
DAY = date(2020, 11, 16)


@pytest.mark.parametrize(
    ("value", "kind", "calls", "writes", "is_answered"),
    [
        ("+33162000100", "verified", True, False, False),
        ("+33937000100", "platform", True, True, True),
        ("+262947500100", "overseas-platform", True, True, True),
        ("+33145000100", "geographic", False, False, False),
        ("+262262000100", "geographic", False, False, False),
        ("+33612345678", "mobile", False, False, False),
        ("+33712345678", "mobile", False, False, False),
        ("+33800123456", "national", False, False, False),
        ("+33970123456", "national", False, False, False),
        ("38000", "short-code", False, True, True),
        ("SANTE", "alphanumeric", False, True, False),
        ("+33199000100", "fiction", True, True, True),
        ("+3225550100", "foreign", False, False, False),
    ],
)
def test_each_kind_may_do_what_the_rules_say(
    value: str, kind: str, calls: bool, writes: bool, is_answered: bool
) -> None:
    sender = sender_of(value)
    assert sender.kind == kind
    assert [not refusal(sender, use) for use in (VOICE, SMS, TWO_WAY)] == [calls, writes, is_answered]


@pytest.mark.parametrize("text", ["", "0612345678", "+33", "much-too-long-a-name", "12", "é"])
def test_what_is_no_sender_has_no_kind(text: str) -> None:
    assert kind_of(text) is None
    with pytest.raises(ValueError, match="a short code"):
        sender_of(text)


NUMBERS = st.lists(
    st.integers(0, 99).map(lambda n: f"+339370001{n:02d}"), min_size=1, max_size=8, unique=True
)


def _chosen(senders: list[Sender], who: str, **rule: object) -> str:
    how: dict[str, object] = {"by": "contact", "region": "44", "today": DAY, "tries": 0} | rule
    found = choose(senders, VOICE, who=who, **how)  # type: ignore[arg-type]
    assert found is not None
    return found.value


@given(NUMBERS, st.text(min_size=1, max_size=9))
def test_a_person_keeps_their_number_whatever_is_added_or_taken_elsewhere(
    numbers: list[str], who: str
) -> None:
    senders = [sender_of(number) for number in numbers]
    mine = _chosen(senders, who)
    assert _chosen(senders[::-1], who) == mine
    assert _chosen([one for one in senders if one.value >= mine], who) == mine
    grown = _chosen([*senders, sender_of("+33938000100")], who)
    assert grown in (mine, "+33938000100")


def test_numbers_are_spread_over_people_and_rotate_by_day_or_by_try() -> None:
    senders = [sender_of(f"+3393700010{n}") for n in range(4)]
    seen = Counter(_chosen(senders, f"person {n}") for n in range(400))
    assert len(seen) == 4 and min(seen.values()) > 60
    assert len({_chosen(senders, "one", by="try", tries=n) for n in range(4)}) == 4
    days = {_chosen(senders, "one", by="day", today=DAY + timedelta(days=n)) for n in range(30)}
    assert len(days) == 4


def test_the_number_of_ones_region_comes_before_those_of_all() -> None:
    here = Sender(value="+33937000199", kind="platform", voice=True, sms=True, can_reply=True,
                  regions=frozenset({"44"}))  # fmt: skip
    senders = [sender_of("+33937000100"), here]
    assert _chosen(senders, "anybody", region="44") == here.value
    assert _chosen(senders, "anybody", region="11") == "+33937000100"
    assert choose([here], VOICE, by="contact", who="x", region="11", today=DAY, tries=0) is None


@pytest.mark.parametrize(
    ("sender", "place"),
    [
        ('{value: "+33612345678"}', "pools.0.senders.0"),
        ('{value: "+33145000100"}', "pools.0.senders.0"),
        ('{value: "+33937000100", kind: verified}', "pools.0.senders.0.kind"),
        ('{value: "nonsense-of-a-name"}', "pools.0.senders.0.kind"),
        ('{value: "+33937000100", voice: false, sms: false}', "pools.0.senders.0"),
    ],
)
def test_a_pool_of_what_may_be_shown_nowhere_is_refused(sender: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_callers(f"pools: [{{id: a, title: A, senders: [{sender}]}}]")
    assert refused.value.details["problems"][0]["place"] == place


def test_the_file_of_pools_is_the_state_and_a_pool_in_use_is_not_taken_away(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        assert apply_callers(tx, read_callers(POOLS), "alice")
        assert not apply_callers(tx, read_callers(POOLS), "bob")
        assert not apply_callers(tx, declared(tx), "bob")
        name = tx.first(sa.select(caller_sender).where(caller_sender.c.value == "SANTE"))
        assert name is not None and (name.voice, name.sms, name.can_reply) == (False, True, False)
    publish_library(rt)
    apply_campaign(rt, campaign_file(caller_id="", caller_pool="national"), "alice")
    with pytest.raises(Conflict) as refused, rt.db.begin() as tx:
        apply_callers(tx, read_callers("pools: []"), "bob")
    assert refused.value.id == "caller-pool-used"
    change_state(rt, "tracing", "stop", "alice")
    with rt.db.begin() as tx:
        assert apply_callers(tx, read_callers("pools: []"), "bob")


@pytest.mark.parametrize(
    ("changes", "id"),
    [
        ({"caller_id": "+33612345678"}, "caller-not-allowed"),
        ({"caller_id": "+33145000100"}, "caller-not-allowed"),
        ({"caller_id": ""}, "caller-not-allowed"),
        ({"caller_pool": "national"}, "caller-twice"),
        ({"caller_id": "", "caller_pool": "nobodys"}, "caller-pool-unknown"),
        ({"caller_id": "", "caller_pool": "writing"}, "caller-not-allowed"),
        ({"sms_sender": "+33612345678"}, "caller-not-allowed"),
        ({"sms_sender": "no such sender"}, "sender-unreadable"),
        ({"announce": {**ANNOUNCED, "sender": "+33612345678"}}, "caller-not-allowed"),
        ({"announce": {**ANNOUNCED, "sender": "+33162000100"}}, "caller-not-allowed"),
        ({"announce": {**ANNOUNCED, "sender": "+33162000100", "can_move": False}}, "caller-not-allowed"),
    ],
)
def test_what_may_not_be_shown_is_refused_when_the_file_is_applied(
    rt: Runtime, changes: dict[str, object], id: str
) -> None:
    publish_library(rt)
    with rt.db.begin() as tx:
        apply_callers(tx, read_callers(POOLS), "alice")
    with pytest.raises(CallsvcError) as refused:
        apply_campaign(rt, campaign_file(**changes), "alice")
    assert refused.value.id == id


def test_a_conversation_by_sms_is_not_begun_from_a_name_that_nobody_can_answer(rt: Runtime) -> None:
    publish_library(rt, "isolation-check-in")
    two_way = {"flow": "isolation-check-in", "channel": "sms"}
    with rt.db.begin() as tx:
        apply_callers(tx, read_callers(POOLS), "alice")
    with pytest.raises(Invalid) as refused:
        apply_campaign(rt, campaign_file(sms_sender="", sms_pool="names", **two_way), "alice")
    assert refused.value.details["reasons"] == ["sender-takes-no-reply"]
    file = campaign_file(sms_sender="", sms_pool="writing", **two_way)
    apply_campaign(rt, file, "alice")
    with rt.db.read() as tx:
        who = {"contact_id": "anybody", "region": "44"}
        assert {sms_sender_for(tx, file, **who, two_way=True)} == {"38000"}


def test_at_the_claim_each_person_sees_their_number_and_its_verify_line_is_known(rt: Runtime) -> None:
    rt.db.settings = rt.settings.model_copy(update={"callsvc_calls_per_second": 20.0})
    with rt.db.begin() as tx:
        apply_callers(tx, read_callers(POOLS), "alice")
    file = campaign_file(caller_id="", caller_pool="national")
    start_campaign(rt, "+33639980001", file=file, region_code="11", platform_code="75")
    place_attempts(rt, _planned(rt))
    with rt.db.read() as tx:
        shown = str(tx.scalar(sa.select(leg.c.caller)))
        who = {"contact_id": places(rt)[0].contact_id, "region": "11", "country": "FR", "tries": 0}
        assert caller_for(tx, file, **who) == shown
        assert verify_line(tx, file) == "01 99 00 09 99"
    [order] = rt.carrier.orders.values()  # type: ignore[attr-defined]
    assert order.from_ == shown and shown in ("+33199000101", "+33199000102")


def _planned(rt: Runtime) -> list[str]:
    plan_calls(rt)
    return [leg_id for job, ids in rt.jobs.take() if job == "place_calls" for leg_id in ids]  # type: ignore[attr-defined]


def test_a_number_that_is_no_longer_allowed_is_refused_at_the_claim_and_at_the_start(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        apply_callers(tx, read_callers(POOLS), "alice")
    start_campaign(rt, file=campaign_file(caller_id="", caller_pool="national"))
    leg_ids = _planned(rt)
    with rt.db.begin() as tx:
        tx.update(caller_sender, caller_sender.c.pool_id == "national", voice=False)
    place_attempts(rt, leg_ids)
    assert rt.carrier.calls == {}  # type: ignore[attr-defined]
    assert places(rt)[0].skip_reasons == "caller-not-allowed"
    advance(rt, 1)
    change_state(rt, "tracing", "pause", "alice")
    with pytest.raises(Invalid) as refused:
        change_state(rt, "tracing", "resume", "alice")
    assert refused.value.id == "caller-not-allowed"


def test_every_kind_that_cannot_do_something_says_why() -> None:
    assert [name for name, can in KINDS.items() if not (can.voice and can.sms) and not can.says] == []

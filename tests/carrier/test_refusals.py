"""Whom a refusal is about, and the genuine signature's neighbours."""

import pytest
import sqlalchemy as sa

from callsvc.carrier.alarms import tell_refusal
from callsvc.carrier.port import Refused, Throttled
from callsvc.carrier.refusals import ACCOUNT, NUMBER_NEVER, judge, judge_reasons
from callsvc.carrier.signature import is_genuine
from callsvc.core.incidents import incident
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.factories import advance, start_campaign


@pytest.mark.parametrize(
    ("code", "about"),
    [
        (21211, "number-never"),
        (21214, "number-never"),
        (21610, "number-never"),
        (20003, "account"),
        (21210, "account"),
        (21212, "account"),
        (21215, "account"),
        (20500, "temporary"),
        (99999, "temporary"),
    ],
)
def test_a_code_says_whom_it_is_about(code: int, about: str) -> None:
    assert judge(code) == about and judge_reasons(f"outside-window carrier-{code}") == about


def test_no_code_is_about_two() -> None:
    assert not NUMBER_NEVER & ACCOUNT


@pytest.mark.parametrize("reasons", ["", "number-busy", "carrier-", "carrier-x", "throttled unsent"])
def test_reasons_that_are_no_refusal_of_the_carrier_are_about_nobody(reasons: str) -> None:
    assert judge_reasons(reasons) is None


def _told(rt: Runtime) -> list[tuple[str, str]]:
    with rt.db.read() as tx:
        return [(row.kind, row.subject) for row in tx.all(sa.select(incident).order_by(incident.c.at))]


def test_an_account_refused_is_told_once_an_hour_and_code(rt: Runtime) -> None:
    start_campaign(rt)
    rt.carrier.fail_next(Refused(21215, "country not allowed"))  # type: ignore[attr-defined]
    plan_calls(rt)
    place_attempts(rt, [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids])  # type: ignore[attr-defined]
    for error in (Refused(21215, "x"), Refused(21211, "x"), Throttled("x"), Refused(20003, "x")):
        advance(rt, 1)
        with rt.db.begin() as tx:
            tell_refusal(tx, error)
    kind = "carrier-refuses-account"
    assert _told(rt) == [(kind, "carrier-21215"), (kind, "carrier-20003")]
    advance(rt, 3601)
    with rt.db.begin() as tx:
        tell_refusal(tx, Refused(21215, "x"))
    assert len(_told(rt)) == 3


@pytest.mark.parametrize("signature", ["é", "Ã©=", "\udce9", "漢字", ""])
def test_a_signature_that_is_not_ascii_is_false_and_no_failure(signature: str) -> None:
    assert not is_genuine(["token"], "http://x/", [("A", "1")], signature)

"""Versions are pinned by content; what lint calls an error is not published."""

import pytest

from callsvc.core.errors import Invalid
from callsvc.flows.service import newest_version, publish
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text
from tests.factories import advance

TEXT = flow_text("callback")


def test_going_back_to_an_earlier_text_makes_it_the_newest(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        first = publish(tx, TEXT, "test")
    advance(rt, 60)
    with rt.db.begin() as tx:
        second = publish(tx, TEXT.replace("Merci et au revoir.", "Au revoir."), "test")
        assert newest_version(tx, "callback") == second != first
    advance(rt, 60)
    with rt.db.begin() as tx:
        assert publish(tx, TEXT, "test") == first == newest_version(tx, "callback")


def test_a_flow_with_a_dangling_step_is_refused_with_the_line(rt: Runtime) -> None:
    with pytest.raises(Invalid) as refused, rt.db.begin() as tx:
        publish(tx, TEXT.replace('"2": no_longer', '"2": nowhere'), "test")
    assert refused.value.id == "flow-invalid" and "dangling-target" in refused.value.details["findings"]
    assert "line " in refused.value.message

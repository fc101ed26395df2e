"""``transfer``: to a name of the directory, and the ways it can fail."""

import pytest

from ivr_flows import FlowInvalid, Keys, NoKeys, SetDisposition, Transfer, TransferEnded, check_outside

STEPS = """\
  start: {transfer: {to: duty-doctor, timeout: 20}, on_busy: busy, on_closed: closed, next: after}
  busy: {end: busy}
  closed: {end: shut}
  after: {say: bye, end: {default: done}}
"""


@pytest.mark.parametrize(
    ("how", "outcome"),
    [("connected", "connected"), ("busy", "busy"), ("no-answer", "shut"), ("closed", "shut")],
)
def test_each_end_has_its_exit_or_a_more_general_one(call, how, outcome):
    talk = call(STEPS)
    assert talk.turn.wait == Transfer("duty-doctor", 20)
    assert talk.give(TransferEnded(how)).outcome == outcome


def test_a_conversation_that_took_place_is_the_disposition(call):
    assert call(STEPS).give(TransferEnded("connected")).effects == [SetDisposition("connected")]


def test_keys_and_silence_meanwhile_change_nothing(call):
    talk = call(STEPS)
    before = talk.turn.state
    assert talk.give(Keys("1")).give(NoKeys()).turn.state == before


def test_by_sms_nobody_is_connected(call):
    assert call(STEPS, channel="sms").outcome == "shut"


def test_without_any_exit_the_session_ends(call):
    bare = "  start: {transfer: {to: duty-doctor}}"
    assert call(bare).give(TransferEnded("busy")).outcome == "closed"
    assert call(bare).give(TransferEnded("connected")).outcome == "connected"


def test_a_number_is_not_a_target(call):
    with pytest.raises(FlowInvalid):
        call('  start: {transfer: {to: "+33199001234"}}')


def test_the_directory_decides_before_publishing(call):
    definition = call(STEPS).definition

    def ids(directory):
        found = check_outside(definition, flows={}, directory=directory, hosts=())
        return [(finding.id, finding.line) for finding in found]

    assert ids({"duty-doctor"}) == []
    assert [id for id, _ in ids({"samu"})] == ["transfer-unknown"]
    assert [id for id, _ in ids(())] == ["transfer-unknown"]

"""``queue``: the wait for an agent and the four ways it ends."""

import pytest

from ivr_flows import Hop, InQueue, NoKeys, SetDisposition, Words

QUEUE = """\
  start:
    queue: {skill: contact-tracing, wait_prompt: ask, offer_callback_after: 120, callback_prompt: sorry, callback_key: "5"}
    on_callback: book
    on_closed: closed
  book: {end: booked}
  closed: {end: closed-message}
"""  # noqa: E501 - one line, as in a real flow
BARE = "  start: {queue: {skill: s, wait_prompt: ask}}\n"


def test_the_wait_says_what_is_needed_and_offers_a_callback(call):
    wait = call(QUEUE).turn.wait
    assert isinstance(wait, InQueue)
    assert (wait.skill, wait.offer_callback_after_s, wait.callback_key) == ("contact-tracing", 120, "5")
    assert wait.wait_prompt.text == "Tapez 1 ou 2."
    assert wait.callback_prompt is not None
    assert wait.callback_prompt.text == "Pardon ?"
    assert call(BARE).turn.wait.callback_prompt is None


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("connected", "connected"),
        ("callback", "booked"),
        ("closed", "closed-message"),
        ("unavailable", "closed-message"),
    ],
)
def test_each_end_of_the_wait_has_its_exit(call, how, outcome):
    assert call(QUEUE).queue(how).outcome == outcome


@pytest.mark.parametrize("how", ["closed", "callback", "unavailable"])
def test_a_queue_that_names_no_exit_ends_the_session_as_closed(call, how):
    assert call(BARE).queue(how).outcome == "closed"


def test_on_unavailable_comes_before_on_closed(call):
    steps = QUEUE.replace("on_closed: closed\n", "on_closed: closed\n    on_unavailable: book\n", 1)
    assert call(steps).queue("unavailable").outcome == "booked"


def test_after_the_conversation_the_flow_may_go_on(call):
    talk = call(
        "  start: {queue: {skill: s, wait_prompt: ask}, next: survey}\n  survey: {say: bye, end: thanked}"
    )
    assert talk.queue("connected").outcome == "thanked"
    assert talk.effects == [SetDisposition("connected")]
    assert talk.turn.path[0] == Hop("start", "next", "survey")


def test_the_callback_key_leaves_the_queue_and_other_keys_do_not(call):
    assert call(QUEUE).press("5").outcome == "booked"
    talk = call(QUEUE)
    before = talk.turn
    assert talk.press("1", "9").give(NoKeys()).give(Words("allo")).turn.state == before.state
    assert talk.turn.wait == before.wait


def test_idle_keys_never_use_up_the_limits(call):
    assert call(QUEUE).press(*"1" * 200).queue("connected").outcome == "connected"


def test_hanging_up_in_a_queue_is_abandonment(call):
    assert call(QUEUE).hang_up().outcome == "abandoned"


def test_by_sms_nobody_is_held_and_the_step_leaves_at_once(call):
    assert call(QUEUE, channel="sms").outcome == "closed-message"
    assert call(BARE, channel="sms").outcome == "closed"

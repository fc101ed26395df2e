"""Every end of a conversation, played on the simulator: who waits hears a word, nobody is left alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from callsvc.core.settings import Settings
from callsvc.routing import service as routing
from tests.conferences.theatre import Talk, Theatre, theatre

pytestmark = pytest.mark.enable_socket

LONGEST_SILENCE_S = 15.0


@pytest.fixture(scope="module")
def stage(settings: Settings) -> Iterator[Theatre]:
    with theatre(settings) as found:
        yield found


def over(play: Theatre, *callers: str) -> None:
    """Nobody is on the line any more, the books say so, and nobody heard nothing for long."""
    play.until(lambda: not play.alive(), within=90)
    play.run(3)
    assert {row.state for row in play.reservations()} <= {
        "accepted",
        "completed",
        "canceled",
        "rejected",
        "rescinded",
    }
    for sid in (*callers, *play.sids("agent")):
        assert play.longest_silence(sid) <= LONGEST_SILENCE_S


def test_a_whole_call_is_heard_from_end_to_end(play: Theatre) -> None:
    ann = play.agent("ann")
    first = play.rings()
    play.takes("ann")
    second = play.rings()
    play.run(40)
    routing.hang_up(play.rt, ann)
    play.until(lambda: play.state("ann")["wrap_up"])
    routing.dispose(play.rt, ann, "reached")
    play.takes("ann")
    play.run(20)
    play.hangs_up(second)
    over(play, first, second)
    assert play.state("ann")["wrap_up"]
    assert play.heard(second).count("Merci de patienter.") >= 3


@pytest.mark.parametrize(
    "lost",
    [None, "status-callback", "conference-callback"],
    ids=["nothing lost", "its status lost", "its conference's news lost"],
)
def test_a_contact_whose_agents_line_dies_is_told_so_and_answered_first(talk: Talk, lost: str | None) -> None:
    play, _, caller = talk
    other = play.rings()  # Bob is offered this one, and does not look
    if lost:
        play.simulator.fault(on=lost, kind="drop", until=60)
    play.hangs_up(play.sid("agent"))
    play.until(lambda: any("coupée" in said for said in play.heard(caller)), within=12)
    assert play.state("ann")["activity"] == "break"
    play.simulator.clear_faults()
    play.run(8)
    routing.set_activity(play.rt, play.agents["bob"], "break")  # and gives it back: both wait now
    play.agent("cid")
    play.takes("cid")
    assert play.longest_silence(caller) <= LONGEST_SILENCE_S
    first = [row for row in play.entries() if row.state == "assigned"]
    assert [row.priority >= 1000 for row in first] == [True]
    play.hangs_up(caller)
    play.hangs_up(other)
    over(play, caller)


@pytest.mark.parametrize("cut", [True, False], ids=["cut off", "content"])
@pytest.mark.parametrize("lost", [None, "status-callback"], ids=["nothing lost", "its status lost"])
def test_after_an_agent_put_down_a_receiver_the_contact_says_whether_it_was_over(
    play: Theatre, cut: bool, lost: str | None
) -> None:
    ann = play.agent("ann", ready=False)
    play.on_telephone("ann")
    routing.set_activity(play.rt, ann, "available")
    caller = play.rings(replies=[{"hears": "coupé,", "press": "1"}] if cut else [])
    play.until(lambda: play.talks("ann"))
    play.agent("bob")
    play.run(5)
    if lost:
        play.simulator.fault(on=lost, kind="drop", until=60)
    play.hangs_up(play.sid("agent"))
    play.until(lambda: any("Si vous avez été coupé" in said for said in play.heard(caller)), within=12)
    play.simulator.clear_faults()
    assert play.state("ann")["activity"] == "available"
    if cut:
        play.takes("bob")
        assert any("premier" in said or "en tête" in said for said in play.heard(caller))
        routing.hang_up(play.rt, play.agents["bob"])
    over(play, caller)
    assert len(play.entries()) == (2 if cut else 1)
    assert play.outcome(caller) == "spoken"  # the flow heard of a conversation either way


def test_a_contact_who_hangs_up_during_the_offer_or_the_connecting_frees_everybody(play: Theatre) -> None:
    play.agent("ann")
    first = play.rings()
    play.until(lambda: play.state("ann")["offer"])
    play.hangs_up(first)
    play.until(lambda: play.state("ann")["state"] == "idle")
    second = play.rings()
    play.until(lambda: play.state("ann")["offer"])
    routing.accept(play.rt, play.agents["ann"], play.state("ann")["offer"]["reservation_id"])
    play.run(0.5)  # Ann's telephone rings
    play.hangs_up(second)
    over(play, first, second)
    assert play.state("ann")["state"] == "idle"


@pytest.mark.parametrize("after_s", [0.0, 0.5, 1.0, 1.5])
def test_a_call_that_a_supervisor_ends_before_the_two_have_met_hears_what_the_flow_says(
    play: Theatre, after_s: float
) -> None:
    ann = play.agent("ann")
    caller = play.rings()
    play.until(lambda: play.state("ann")["offer"])
    routing.accept(play.rt, ann, play.state("ann")["offer"]["reservation_id"])
    play.run(after_s)
    assert not play.talks("ann")
    play.ends(caller)
    play.until(lambda: "Personne n'est disponible." in play.heard(caller), within=20)
    over(play, caller)
    assert play.state("ann")["state"] == "idle"


def test_a_contact_who_hangs_up_on_hold_or_during_a_consultation_ends_both_other_legs(talk: Talk) -> None:
    play, ann, caller = talk
    play.doctor()
    routing.consult(play.rt, ann, "doctor")
    play.until(lambda: play.state("ann")["call"]["consult"] == "there")
    play.run(25)
    assert play.longest_silence(caller) <= LONGEST_SILENCE_S
    assert "Merci de patienter, nous revenons vers vous." in play.heard(caller)
    play.hangs_up(caller)
    over(play, caller)
    assert play.state("ann")["wrap_up"]


@pytest.mark.parametrize("answers", ["human", "no-answer"])
def test_an_agent_hears_that_whom_they_ask_in_is_called_and_no_more_once_it_is_settled(
    talk: Talk, answers: str
) -> None:
    play, ann, caller = talk
    play.doctor(answers=answers, ring=18.0)
    routing.consult(play.rt, ann, "doctor")
    play.until(lambda: play.state("ann")["call"]["consult"] == ("there" if answers == "human" else "none"))
    agent = play.sid("agent")
    told = play.heard(agent).count("Nous appelons votre correspondant.")
    assert told >= 2
    play.run(30)
    assert play.heard(agent).count("Nous appelons votre correspondant.") == told
    routing.hang_up(play.rt, ann)
    over(play, caller)


def test_somebody_asked_in_who_leaves_gives_the_contact_back(talk: Talk) -> None:
    play, ann, caller = talk
    play.doctor(hangs_up={"after": 10})
    routing.consult(play.rt, ann, "doctor")
    play.until(lambda: play.state("ann")["call"]["consult"] == "there")
    play.until(lambda: play.state("ann")["call"]["consult"] == "none")
    assert not play.state("ann")["call"]["held"]
    play.run(5)
    routing.hang_up(play.rt, ann)
    over(play, caller)


@pytest.mark.parametrize("who", ["caller", "doctor"])
def test_an_agent_leaves_a_three_way_and_whoever_goes_next_ends_it(talk: Talk, who: str) -> None:
    play, ann, caller = talk
    play.doctor()
    routing.consult(play.rt, ann, "doctor")
    play.until(lambda: play.state("ann")["call"]["consult"] == "there")
    routing.hold(play.rt, ann, held=False)
    play.run(5)
    routing.transfer(play.rt, ann)
    play.until(lambda: play.state("ann")["wrap_up"])
    play.run(30)
    assert len(play.alive()) == 2
    play.hangs_up(caller if who == "caller" else play.sid("consult"))
    over(play, caller)


@pytest.mark.parametrize("answers", ["busy", "no-answer", "human"])
def test_a_contact_handed_on_waits_with_words_and_comes_back_in_front_when_nobody_comes(
    talk: Talk, answers: str
) -> None:
    play, ann, caller = talk
    play.doctor(answers=answers)
    routing.set_activity(play.rt, play.agents["bob"], "break")
    routing.transfer(play.rt, ann, "doctor")
    if answers == "human":
        play.run(30)
        assert len(play.alive()) == 2
        assert play.longest_silence(caller) <= LONGEST_SILENCE_S
        play.hangs_up(play.sid("consult"))
    else:
        play.until(lambda: any("ne répond pas" in said for said in play.heard(caller)), within=60)
        routing.set_activity(play.rt, play.agents["bob"], "available")
        play.takes("bob")
        play.run(3)
        play.hangs_up(caller)
    over(play, caller)


def test_a_contact_handed_to_a_queue_hears_words_while_they_wait_there(talk: Talk) -> None:
    play, ann, caller = talk
    play.agent("med", skills=("medical",), ready=False)
    routing.transfer(play.rt, ann, "medical")
    play.run(45)
    assert play.longest_silence(caller) <= LONGEST_SILENCE_S
    routing.set_activity(play.rt, play.agents["med"], "available")
    play.takes("med")
    routing.hang_up(play.rt, play.agents["med"])
    over(play, caller)


def test_a_conference_that_the_carrier_ends_sends_the_contact_to_the_front_and_blames_nobody(
    talk: Talk,
) -> None:
    play, _, caller = talk
    carrier: Any = play.rt.carrier
    [room] = carrier._client.conferences.list(status="in-progress")
    carrier._client.conferences(room.sid).update(status="completed")
    play.until(lambda: any("coupée" in said for said in play.heard(caller)), within=12)
    assert play.state("ann")["activity"] == "available"
    play.takes("bob")
    play.hangs_up(caller)
    over(play, caller)


@pytest.mark.parametrize("kind", ["duplicate", "reorder", "delay"])
def test_news_twice_late_or_in_another_order_come_to_the_same(play: Theatre, kind: str) -> None:
    places = ["conference-callback", *(["status-callback"] if kind != "reorder" else [])]
    play.simulator.fault(on=places, kind=kind, probability=0.6, seconds=0.05)
    ann = play.agent("ann")
    caller = play.rings()
    play.takes("ann")
    play.doctor()
    routing.consult(play.rt, ann, "doctor")
    play.until(lambda: play.state("ann")["call"]["consult"] == "there")
    routing.transfer(play.rt, ann)
    play.run(10)
    play.hangs_up(caller)
    over(play, caller)
    assert [row.state for row in play.entries()] in (["wrapping"], ["completed"])


def test_a_supervisor_is_heard_as_they_wish_and_never_stays_alone(talk: Talk) -> None:
    play, _, caller = talk
    chief = play.supervisor("eve")
    routing.listen(play.rt, chief, play.agents["ann"])
    play.until(lambda: play.state("ann")["call"]["supervised"] == "listen")
    eve, ann = play.sid("supervisor"), play.sid("agent")
    for mode, hearers in (("listen", set()), ("whisper", {ann}), ("speak", {ann, caller})):
        routing.change_mode(play.rt, chief, mode)
        play.run(2)
        word = f"mot-{mode}"
        play.speaks(eve, word)
        play.run(1)
        assert {sid for sid in (ann, caller) if play.was_told(sid, word)} == hearers
    play.speaks(caller, "docteur")
    assert play.was_told(eve, "docteur")  # who whispers or listens hears both
    play.hangs_up(caller)
    over(play, caller)
    assert play.state("ann")["wrap_up"]


def test_a_supervisor_leaves_and_the_two_go_on(talk: Talk) -> None:
    play, _, caller = talk
    chief = play.supervisor("eve")
    routing.listen(play.rt, chief, play.agents["ann"], "speak")
    play.until(lambda: play.state("ann")["call"]["supervised"] == "speak")
    routing.leave(play.rt, chief)
    play.until(lambda: len(play.alive()) == 2)
    play.run(5)
    assert play.talks("ann")
    routing.hang_up(play.rt, play.agents["ann"])
    over(play, caller)


def test_legs_whose_jobs_are_lost_are_placed_all_the_same(talk: Talk) -> None:
    play, ann, _ = talk
    chief = play.supervisor("eve")
    play.doctor()
    routing.listen(play.rt, chief, ann)
    routing.consult(play.rt, ann, "doctor")
    play.stage.jobs.take()  # nobody does them
    play.until(lambda: play.state("ann")["call"]["consult"] == "there")
    play.until(lambda: play.state("ann")["call"]["supervised"] == "listen")

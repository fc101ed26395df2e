"""Where the carrier has no conferences the contact's own call dials: taken, handed on, ended, gone wrong."""

from collections.abc import Iterator

import pytest

from callsvc.core.errors import Conflict
from callsvc.core.settings import Settings
from callsvc.routing import service as routing
from tests.conferences.theatre import Talk, Theatre, theatre

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def stage(settings: Settings) -> Iterator[Theatre]:
    with theatre(settings, callsvc_hand_over="dial") as found:
        yield found


def over(play: Theatre, *callers: str) -> None:
    play.until(lambda: not play.alive(), within=90)
    play.run(3)
    for caller in callers:
        assert play.longest_silence(caller) <= 15


@pytest.mark.parametrize("who", ["agent", "caller"])
def test_two_talk_until_one_of_them_hangs_up(talk: Talk, who: str) -> None:
    play, ann, caller = talk
    play.run(10)
    assert len(play.alive()) == 2
    assert not play.simulator._server.carrier.rooms
    if who == "agent":
        routing.hang_up(play.rt, ann)
    else:
        play.hangs_up(caller)
    over(play, caller)
    assert play.state("ann")["wrap_up"]
    assert play.state("ann")["activity"] == "available"
    assert [row.left_how for row in play.entries()] == ["connected"]


def test_an_agent_who_does_not_pick_up_loses_the_call_and_the_contact_nothing(play: Theatre) -> None:
    play.agent("ann")
    play.simulator.add_people([{"number": f"client:{play.client('ann')}", "answers": "no-answer"}])
    caller = play.rings()
    play.until(lambda: play.state("ann")["offer"])
    routing.accept(play.rt, play.agents["ann"], play.state("ann")["offer"]["reservation_id"])
    play.until(lambda: play.reservations()[0].state == "rescinded", within=40)
    routing.set_activity(play.rt, play.agents["ann"], "break")
    play.agent("bob")
    play.takes("bob")
    play.run(3)
    play.hangs_up(caller)
    over(play, caller)


def test_a_contact_whose_agents_line_dies_is_answered_first_and_told_so(talk: Talk) -> None:
    play, _, caller = talk
    routing.set_activity(play.rt, play.agents["bob"], "break")
    play.hangs_up(play.sid("agent"))
    play.until(lambda: any("coupée" in said for said in play.heard(caller)), within=15)
    assert play.state("ann")["activity"] == "break"
    routing.set_activity(play.rt, play.agents["bob"], "available")
    play.takes("bob")
    routing.hang_up(play.rt, play.agents["bob"])
    over(play, caller)


def test_after_an_agent_put_down_a_receiver_the_contact_is_asked_here_too(play: Theatre) -> None:
    ann = play.agent("ann", ready=False)
    play.on_telephone("ann")
    routing.set_activity(play.rt, ann, "available")
    caller = play.rings(replies=[{"hears": "coupé,", "press": "1"}])
    play.takes("ann")
    play.agent("bob")
    play.run(5)
    play.hangs_up(play.sid("agent"))
    play.until(lambda: any("coupée" in said for said in play.heard(caller)), within=20)
    play.takes("bob")
    routing.hang_up(play.rt, play.agents["bob"])
    over(play, caller)


@pytest.mark.parametrize("when", ["at once", "rings"])
def test_a_call_that_a_supervisor_ends_while_the_agent_is_dialled_hears_what_the_flow_says(
    play: Theatre, when: str
) -> None:
    ann = play.agent("ann")
    play.simulator.add_people([{"number": f"client:{play.client('ann')}", "answers": "human", "ring": 15.0}])
    caller = play.rings()
    play.until(lambda: play.state("ann")["offer"])
    routing.accept(play.rt, ann, play.state("ann")["offer"]["reservation_id"])
    if when == "rings":
        play.until(lambda: len(play.alive()) == 2)
        play.run(2)
    play.ends(caller)
    play.until(lambda: "Personne n'est disponible." in play.heard(caller), within=15)
    over(play, caller)
    assert [(row.state, row.left_how) for row in play.entries()] == [("canceled", "unavailable")]
    assert play.state("ann")["state"] == "idle"


def test_a_call_is_handed_to_a_queue(talk: Talk) -> None:
    play, ann, caller = talk
    play.agent("med", skills=("medical",))
    routing.transfer(play.rt, ann, "medical")
    # The carrier fetches the words at its own pace: whoever takes the call before is whom the contact hears.
    play.until(lambda: any("autre service" in said for said in play.heard(caller)), within=5)
    play.takes("med")
    routing.hang_up(play.rt, play.agents["med"])
    over(play, caller)


@pytest.mark.parametrize("answers", ["human", "busy"])
def test_a_call_is_handed_to_a_number_and_comes_back_when_nobody_is_there(talk: Talk, answers: str) -> None:
    play, ann, caller = talk
    play.doctor(answers=answers)
    routing.set_activity(play.rt, play.agents["bob"], "break")
    routing.transfer(play.rt, ann, "doctor")
    if answers == "human":
        play.run(20)
        assert len(play.alive()) == 2
        play.hangs_up(play.sid("consult"))
    else:
        play.until(lambda: any("ne répond pas" in said for said in play.heard(caller)), within=40)
        play.hangs_up(caller)
    over(play, caller)


def test_what_takes_three_is_refused_and_says_why(talk: Talk) -> None:
    play, ann, _ = talk
    chief = play.supervisor("eve")
    for act in (
        lambda: routing.hold(play.rt, ann, held=True),
        lambda: routing.mute(play.rt, ann, muted=True),
        lambda: routing.consult(play.rt, ann, "doctor"),
        lambda: routing.listen(play.rt, chief, ann),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.id == "hand-over-cannot"

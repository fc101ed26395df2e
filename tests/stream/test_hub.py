"""Who hears what, and when: by a clock that is moved."""

import pytest

from callsvc.accounts.scope import Principal
from callsvc.core.changes import RESYNC, Change
from callsvc.stream.entries import Entry, Place
from callsvc.stream.hub import REMEMBERED, Hub
from callsvc.stream.listener import Credential, Listener
from callsvc.stream.telling import say


class World:
    """A hub, a clock, and changes published one after the other."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.hub = Hub(now=lambda: self.now, chance=lambda: 0.5)
        self.number = 1
        self.hub.begin([Entry((1, 1), ())])

    def tell(self, *changes: Change) -> Place:
        self.number += 1
        self.hub.tell(Entry((self.number, 0), changes))
        return self.hub.place

    def open(
        self, *words: str, regions: tuple[str, ...] = (), since: Place | None = None, agent: str = ""
    ) -> Listener:
        principal = Principal(
            account_id="acc1", role="supervisor", regions=frozenset(regions) or "*", scopes=frozenset()
        )
        looked_up = {f"desk:{agent}" if word == "desk" else word: word for word in words}
        listener = Listener(principal, Credential("session", "ses1"), looked_up, agent_id=agent)
        self.hub.join(listener, since)
        return listener

    def heard(self, listener: Listener) -> str:
        return say(self.hub, listener, self.now).decode()


@pytest.fixture
def world() -> World:
    return World()


def test_a_listener_hears_its_own_words_with_how_far_it_is(world: World) -> None:
    board = world.open("figures", "campaign:tracing")
    world.tell(Change("campaign", "44", "tracing"), Change("figures", "44"), Change("campaign", "44", "x"))
    assert world.heard(board) == 'id: 2-0\nevent: changed\ndata: ["campaign:tracing", "figures"]\n\n'
    assert world.heard(board) == ""


def test_a_supervisor_of_one_region_never_hears_of_another(world: World) -> None:
    local = world.open("figures", "figures:11", "campaign", "queue", regions=("44",))
    world.tell(Change("figures", "11"), Change("campaign", "11", "tracing"), Change("queue", "11"))
    assert world.heard(local) == ""
    world.tell(Change("figures", "44"))
    assert '["figures"]' in world.heard(local)


def test_an_agent_hears_of_their_own_desk_alone(world: World) -> None:
    desk = world.open("desk", agent="agt1")
    world.tell(Change("desk", subject="agt2", version=9))
    assert world.heard(desk) == ""
    world.tell(Change("desk", subject="agt1", version=4))
    assert world.heard(desk) == "id: 3-0\nevent: desk\ndata: 4\n\n"


def test_a_page_is_told_once_a_second_at_most_and_the_last_change_is_never_lost(world: World) -> None:
    """It shows figures and queue in one part, which it fetches once for both."""
    board = world.open("figures", "queue")
    told = []
    for number in range(299):
        world.tell(Change("figures" if number % 2 else "queue", "44"))
        told += [world.heard(board)] if not board.next_at() > world.now else []
        world.now += 0.01
    assert len(told) == 3
    assert '["queue"]' in told[0]
    assert '["figures", "queue"]' in told[1]
    world.tell(Change("figures", "44"))
    assert board.next_at() <= world.now + 1
    world.now = board.next_at()
    assert '["figures", "queue"]' in world.heard(board)
    assert board.up_to_date


def test_a_desk_is_told_at_once_every_time_but_never_what_it_knows(world: World) -> None:
    desk = world.open("desk", agent="agt1")
    for version in (4, 5):
        world.tell(Change("desk", subject="agt1", version=version))
        assert f"data: {version}\n" in world.heard(desk)
    world.hub.tell_version("desk:agt1", 5)
    assert world.heard(desk) == ""


def test_while_a_word_waits_its_turn_the_listener_is_not_said_to_be_further(world: World) -> None:
    """It would otherwise come back after a broken connection and never hear of what waited."""
    board = world.open("figures", "desk", agent="agt1")
    world.tell(Change("figures", "44"))
    world.heard(board)
    world.tell(Change("figures", "44"))
    world.tell(Change("desk", subject="agt1", version=4))
    assert world.heard(board) == "event: desk\ndata: 4\n\n"
    world.now += 1
    assert world.heard(board) == 'id: 4-0\nevent: changed\ndata: ["figures"]\n\n'


def test_who_comes_back_is_told_exactly_what_was_missed(world: World) -> None:
    last = world.tell(Change("figures", "44"))
    world.tell(Change("queue", "44"), Change("figures", "11"))
    world.tell(Change("campaign", "44", "tracing"))
    back = world.open("figures", "queue", "aid", "campaign:tracing", regions=("44",), since=last)
    assert '["campaign:tracing", "queue"]' in world.heard(back)


def test_who_missed_nothing_hears_nothing(world: World) -> None:
    last = world.tell(Change("figures", "44"))
    assert world.heard(world.open("figures", since=last)) == ""
    assert world.heard(world.open("figures", since=(99, 0))) == ""


def test_who_was_away_for_longer_than_is_remembered_looks_at_everything_again(world: World) -> None:
    last = world.tell(Change("figures", "44"))
    for _ in range(REMEMBERED + 1):
        world.tell(Change("desk", subject="agt1", version=1))
    assert "event: resync" in world.heard(world.open("figures", since=last))


def test_a_gap_sends_everybody_to_look_again_but_not_at_the_same_moment(world: World) -> None:
    boards = [world.open("figures") for _ in range(100)]
    world.hub.begin([Entry((500, 0), ())])
    assert [world.heard(board) for board in boards if world.heard(board)] == []
    world.now += 0.2  # half of 100 x 4 ms, as chance says one half
    assert all(world.heard(board) == "id: 500-0\nevent: resync\ndata: 1\n\n" for board in boards)


def test_an_id_from_before_a_gap_resumes_nothing(world: World) -> None:
    last = world.tell(Change("figures", "44"))
    world.hub.begin([Entry((500, 0), ())])
    assert "event: resync" in world.heard(world.open("figures", since=last))


def test_a_publisher_that_lost_changes_sends_everybody_to_look_again(world: World) -> None:
    board = world.open("figures")
    world.tell(RESYNC)
    world.now += 1
    assert "event: resync" in world.heard(board)
    assert "event: resync" in world.heard(world.open("figures", since=(1, 1)))


def test_what_waits_for_a_listener_that_takes_nothing_never_grows(world: World) -> None:
    board = world.open("figures", "queue", "campaign")
    for number in range(2_000):
        world.tell(Change("figures", "44"), Change("queue", "11"), Change("campaign", "44", f"c{number}"))
    assert world.heard(board).count("event:") == 1
    assert board.up_to_date


def test_a_topic_of_which_nobody_knows_what_changed_is_told_to_all_who_show_any_of_it(world: World) -> None:
    everything, part, other = world.open("figures"), world.open("figures:44"), world.open("queue")
    world.hub.tell_topic("figures")
    assert [bool(world.heard(board)) for board in (everything, part, other)] == [True, True, False]


def test_nobody_is_kept_in_mind_after_they_left(world: World) -> None:
    board = world.open("figures", "campaign:tracing")
    world.hub.leave(board)
    assert (len(world.hub.listeners), len(world.hub.accounts), world.hub.words("figures")) == (0, 0, [])

"""What a session waits for can be asked without giving it anything."""

from datetime import UTC, datetime
from importlib.resources import files

from ivr_flows import AskKeys, Hangup, InQueue, Keys, begin, load, resume, waiting_for

NOW = datetime(2020, 11, 16, 9, tzinfo=UTC)
FACTS = {"contact": {"first_name": "Camille", "last_name": "Essai", "birth_year": 1980}}


def test_asking_neither_moves_the_session_nor_counts_an_attempt() -> None:
    flow = load(files("ivr_flows.library").joinpath("contact-tracing.yaml").read_text("utf-8"))
    turn = begin(flow, FACTS, channel="voice", language="fr", answered_by="human", now=NOW)
    for keys, kind in (("", AskKeys), ("1", AskKeys), ("1980", AskKeys), ("3", InQueue)):
        turn = resume(flow, turn.state, Keys(keys), now=NOW) if keys else turn
        before = dict(turn.state)
        for _ in range(4):
            assert isinstance(waiting_for(flow, turn.state), kind)
        assert turn.state == before and waiting_for(flow, turn.state) == turn.wait
    turn = resume(flow, turn.state, Hangup(), now=NOW)
    assert waiting_for(flow, turn.state) is None

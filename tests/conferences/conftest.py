"""A stage cleared after each test, and two who talk on it; each module builds its own stage."""

from collections.abc import Iterator

import pytest

from tests.conferences.theatre import Talk, Theatre


@pytest.fixture
def play(stage: Theatre) -> Iterator[Theatre]:
    yield stage
    stage.clear()


@pytest.fixture
def talk(play: Theatre) -> Talk:
    """Ann talks with a caller; Bob is free: (play, Ann's id, the caller's call)."""
    ann = play.agent("ann")
    caller = play.rings()
    play.takes("ann")
    play.agent("bob")
    return play, ann, caller

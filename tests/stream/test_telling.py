"""A listener whose connection takes nothing costs next to nothing, and is let go."""

import asyncio

import pytest

from callsvc.core.changes import Change
from callsvc.stream import telling

from .test_hub import World


class Stuck:
    """A connection that takes one event and then no more."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def write(self, data: bytes) -> None:
        if self.taken:
            await asyncio.Event().wait()
        self.taken.append(data)


def test_a_stuck_listener_is_let_go_and_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "PATIENCE_S", 0.05)
    world = World()
    board = world.open("figures")
    stuck = Stuck()

    async def publish_meanwhile() -> None:
        for number in range(1_000):
            world.tell(Change("figures", "44"), Change("campaign", "44", f"c{number}"))
            await asyncio.sleep(0)

    async def both() -> None:
        publishing = asyncio.create_task(publish_meanwhile())
        with pytest.raises(TimeoutError):
            await telling.tell_until_over(stuck, world.hub, board, pings=False)
        await publishing

    asyncio.run(both())
    assert b"event: ready" in stuck.taken[0]
    assert world.heard(board).count("figures") <= 1

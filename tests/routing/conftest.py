import pytest

from callsvc.runtime import Runtime
from tests.routing.world import World


@pytest.fixture
def world(rt: Runtime) -> World:
    return World(rt).open()

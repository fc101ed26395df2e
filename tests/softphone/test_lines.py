"""The lines an agent may choose, and the token of the voice SDK."""

import pytest
from twilio.jwt.access_token import AccessToken

from callsvc.core.errors import Conflict, Invalid
from callsvc.runtime import Runtime
from callsvc.softphone.rules import allowed_drivers, driver_of
from callsvc.softphone.service import address_of, choose_driver, line_of, token_for
from tests.routing.world import World

KEYS = {
    "twilio_api_key_sid": "SKkey",
    "twilio_api_key_secret": "a secret long enough to sign a token",
}


@pytest.fixture
def world(rt: Runtime) -> World:
    return World(rt).open()


@pytest.mark.parametrize(
    ("chosen", "allowed", "has_telephone", "then"),
    [
        ("", ("simulated", "sdk"), False, "simulated"),
        ("sdk", ("simulated", "sdk"), False, "sdk"),
        ("sdk", ("simulated",), False, "simulated"),
        ("ring-my-phone", ("simulated", "ring-my-phone"), True, "ring-my-phone"),
        ("ring-my-phone", ("simulated", "ring-my-phone"), False, "simulated"),
        ("", ("ring-my-phone",), False, ""),
    ],
)
def test_the_line_is_the_one_chosen_while_it_works_else_the_first_that_does(
    chosen: str, allowed: tuple[str, ...], has_telephone: bool, then: str
) -> None:
    assert driver_of(chosen, allowed, has_telephone=has_telephone) == then


def test_a_simulated_line_needs_the_simulator_and_the_sdk_its_keys() -> None:
    named = ("simulated", "sdk", "ring-my-phone")
    assert allowed_drivers(named, loopback=True, has_sdk=False) == ("simulated", "ring-my-phone")
    assert allowed_drivers(named, loopback=False, has_sdk=True) == ("sdk", "ring-my-phone")


def test_a_token_is_for_exactly_this_agents_softphone_and_calls_nobody(world: World) -> None:
    world.rt.db.settings = world.rt.settings.model_copy(update=KEYS)
    world.agent()
    agent = world.agent()
    with world.rt.db.begin() as tx:
        choose_driver(tx, agent, "sdk")
        token, name = token_for(tx, agent)
        assert address_of(tx, agent) == f"client:{name}" == "client:agent-02"
    read = AccessToken.from_jwt(token, KEYS["twilio_api_key_secret"])
    payload = read.payload
    assert payload["grants"] == {"identity": "agent-02", "voice": {"incoming": {"allow": True}}}
    assert (payload["sub"], payload["iss"]) == ("ACtest", "SKkey")
    assert 0 < payload["exp"] - payload["nbf"] <= 600


def test_without_its_keys_the_sdk_is_neither_offered_nor_given_a_token(world: World) -> None:
    agent = world.agent()
    with world.rt.db.begin() as tx:
        assert line_of(tx, agent).allowed == ("simulated", "ring-my-phone")
        with pytest.raises(Conflict, match="softphone-not-configured") as refused:
            token_for(tx, agent)
        assert "TWILIO_API_KEY_SID" in refused.value.message
        with pytest.raises(Invalid, match="softphone-not-allowed"):
            choose_driver(tx, agent, "sdk")


def test_the_line_is_not_changed_in_the_middle_of_a_call(world: World) -> None:
    agent = world.agent()
    world.waits()
    with world.rt.db.begin() as tx, pytest.raises(Conflict, match="agent-busy"):
        choose_driver(tx, agent, "simulated")

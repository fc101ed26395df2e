"""Every way a library flow or the engine can end has flags of its own: none is taken for final by default."""

from ruamel.yaml import YAML

from callsvc.campaigns.dispositions import DISPOSITIONS, flags_of
from ivr_flows import RESERVED_OUTCOMES
from ivr_flows.library import flow_text, names


def _ends(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["end"]} if isinstance(node.get("end"), str) else set()
        return own.union(*(_ends(child) for child in node.values()), set())
    return set()


def test_every_outcome_a_flow_can_end_with_is_known() -> None:
    outcomes = set(RESERVED_OUTCOMES)
    for name in names():
        steps = YAML(typ="safe", pure=True).load(flow_text(name))["steps"]
        outcomes |= {end.replace("_", "-") for end in _ends(steps)}
    assert outcomes - set(DISPOSITIONS) - {"completed"} == set()


def test_an_opt_out_is_never_followed_by_another_try() -> None:
    assert all(flags.final for flags in DISPOSITIONS.values() if flags.opt_out)


def test_an_unknown_ending_is_final_and_reached_nobody() -> None:
    flags = flags_of("something-of-a-flows-own")
    assert flags.final and not flags.reached

"""Every fact known of a carrier of this kind is held by a conversation."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.simulator.test_conversations import conversations

COVERS = YAML(typ="safe").load(Path(__file__).parent / "covers.yaml")
FACTS = (
    "call statuses", "order of statuses", "status callback events", "status callback parameters",
    "voice request parameters", "fetch of the address", "ring timeout", "send digits", "calls per second",
    "machine detection", "call update", "gather", "redirect and end", "loops of Say and Play", "record",
    "dial", "enqueue", "queue", "conference", "http to the service", "failures of status callbacks",
    "signature", "look of the client", "message statuses", "message limits", "inbound messages", "opt-out",
    "rest errors", "dates and numbers", "answered is told before or after the document is asked",
    "events are a repeated parameter", "a refusal for pace did nothing",
    "an unencoded plus sign matches nothing", "control characters make a document malformed",
    "no Gather while waiting for a conference", "a queued call has no start time",
    "senders of letters cannot be answered", "a pressed key during the prompt",
)  # fmt: skip


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_has_a_conversation(fact: str) -> None:
    made = {entry["claim"] for entry in conversations()}
    assert COVERS.get(fact), f"no conversation shows: {fact}"
    assert set(COVERS[fact]) <= made


def test_the_index_holds_nothing_else() -> None:
    assert set(COVERS) == set(FACTS)


def test_there_are_conversations_enough() -> None:
    assert len(conversations()) >= 150

"""A campaign by SMS on real processes: the simulated person reads, answers, and is answered to the end."""

import time
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.flows.service import publish
from callsvc.messages.tables import message
from callsvc.processes.running import running_stack
from tests.factories import campaign_file, make_contact, make_country, places
from tests.webhooks.test_texting import FLOW, NUMBER, OTHER

PEOPLE: list[Any] = [
    {
        "number": NUMBER,
        "texts": [
            {"on": "sms", "matches": "OUI ou NON", "body": "Oui !", "after": 30},
            {"on": "sms", "matches": "Combien", "body": "nous sommes 3", "after": 30},
        ],
    },
    {"number": OTHER, "texts": [{"on": "sms", "matches": "YES or NO", "body": "STOP", "after": 30}]},
]
NEEDED = {"redis", "web", "simulator", "worker-messages", "ticker"}


@pytest.mark.enable_socket
def test_who_answers_is_answered_to_the_end_and_who_says_stop_is_left_alone(tmp_path: Path) -> None:
    with running_stack(tmp_path, speed=60, only=NEEDED) as stack:
        rt = stack.runtime()
        try:
            people = requests.post(stack.simulator_url + "/_simulator/people", json=PEOPLE, timeout=5)
            assert people.ok, people.text
            file = campaign_file(flow="survey", channel="sms")
            with rt.db.begin() as tx:
                make_country(tx)
                publish(tx, FLOW, "test")
            apply_campaign(rt, file, "test")
            with rt.db.begin() as tx:
                add_contacts(tx, file.id, [make_contact(tx, NUMBER), make_contact(tx, OTHER, language="en")])
            change_state(rt, file.id, "start", "test")
            until = time.monotonic() + 30
            while any(place.status != "done" for place in places(rt)) and time.monotonic() < until:
                time.sleep(0.2)
            with rt.db.read() as tx:
                exchanged = tx.all(sa.select(message.c.direction).order_by(message.c.planned_at))
            assert sorted(str(place.outcome) for place in places(rt)) == ["opted-out", "reached"]
            assert [row.direction for row in exchanged].count("inbound") == 3
            assert [row.direction for row in exchanged].count("outbound") == 4
        finally:
            rt.db.engine.dispose()

"""A carrier's hand: posts signed webhooks to the application and reads the TwiML that comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from callsvc.app import create_app
from callsvc.calls.tables import leg
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime


@dataclass
class Phone:
    """One call as the carrier sees it."""

    client: FlaskClient
    rt: Runtime

    def post(self, path: str, parameters: dict[str, str], *, token: str = "test-token") -> TestResponse:
        url = self.rt.settings.public_base_url + path
        signature = RequestValidator(token).compute_signature(url, parameters)
        return self.client.post(path, data=parameters, headers={"X-Twilio-Signature": signature})

    def voice(self, leg_id: str, turn: int, **parameters: str) -> ElementTree.Element:
        answer = self.post(f"/webhooks/voice/{leg_id}/{turn}", {"CallSid": self.sid(leg_id), **parameters})
        assert answer.status_code == 200, answer.text
        return ElementTree.fromstring(answer.text)

    def status(self, leg_id: str, sequence: int, status: str, **parameters: str) -> int:
        told = {
            "CallSid": self.sid(leg_id),
            "CallStatus": status,
            "SequenceNumber": str(sequence),
            **parameters,
        }
        return self.post(f"/webhooks/status/{leg_id}", told).status_code

    def sid(self, leg_id: str) -> str:
        with self.rt.db.read() as tx:
            return str(tx.scalar(sa.select(leg.c.sid).where(leg.c.id == leg_id)) or "CAunknown")

    def ring(self) -> str:
        """Plan and place the one call that is due; returns its leg."""
        plan_calls(self.rt)
        jobs: Any = self.rt.jobs
        [leg_id] = [one for job, ids in jobs.take() if job == "place_calls" for one in ids]
        place_attempts(self.rt, [leg_id])
        return str(leg_id)


@pytest.fixture
def phone(rt: Runtime) -> Phone:
    return Phone(create_app(rt).test_client(), rt)


@pytest.fixture
def spoken() -> Callable[[ElementTree.Element], str]:
    return lambda document: " ".join(say.text or "" for say in document.iter("Say"))

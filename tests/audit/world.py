"""A small consistent world: rows in our books, and the carrier's ledger that goes with them.

Three people of Alsace and one of La Réunion are called on a Monday at ten; one is transferred to an agent,
one calls us, one gets an SMS. Each test then plants one lie.
"""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from callsvc.accounts.service import record_access
from callsvc.agents.tables import agent
from callsvc.calls.tables import call, leg, webhook_event
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact, contact_number, phone_number, suppression
from callsvc.core.db import Tx
from callsvc.flows.tables import flow_version
from callsvc.messages.tables import message
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime

START = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)  # Monday, 10:00 in Paris, 13:00 in Saint-Denis
OUR_NUMBER = "+33162000100"
CONFIG: dict[str, Any] = {
    "windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "20:00"}],
    "preset": "public-health",
    "call_on_holidays": False,
    "caps": {"per_number_24h": 3},
}
PEOPLE = {
    "a": ("+33639980001", "Europe/Paris", "67"),
    "b": ("+33639980002", "Europe/Paris", "67"),
    "c": ("+33639980003", "Europe/Paris", "67"),
    "r": ("+262639980004", "Indian/Reunion", "974"),
}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class World:
    """Rows are inserted as the methods are called; ``ledger`` is what the carrier would answer."""

    def __init__(self, rt: Runtime) -> None:
        self.rt = rt
        self.ledger: dict[str, list[dict[str, Any]]] = {"calls": [], "messages": []}
        with rt.db.begin() as tx:
            self._ground(tx)
            for name, (e164, zone, department) in PEOPLE.items():
                self._person(tx, name, e164, zone, department)

    def _ground(self, tx: Tx) -> None:
        for code, zone, department in (("44", "Europe/Paris", "67"), ("04", "Indian/Reunion", "974")):
            tx.insert(region, code=code, name=code, zone=zone)
            tx.insert(platform, code=department, name=department, region_code=code)
        tx.insert(
            flow_version, version="v1", flow_id="tracing", source="", published_at=START, published_by="t"
        )
        tx.insert(
            campaign, id="tracing", title="T", purpose="contact-tracing", flow_version="v1",
            state="completed", config=CONFIG, created_at=START, changed_at=START,
        )  # fmt: skip
        tx.insert(
            agent, id="agent1", client_name="agent1", platform_code="67", region_code="44", name="A",
            languages="fr", activity_since=START, state_since=START,
        )  # fmt: skip

    def _person(self, tx: Tx, name: str, e164: str, zone: str, department: str) -> None:
        place = {"platform_code": department, "region_code": "04" if department == "974" else "44"}
        tx.insert(
            phone_number, id=f"num-{name}", fingerprint=tx.keyring.fingerprint(e164), ciphertext=b"",
            key_version=1, synthetic=True, country="FR", kind="mobile", zone=zone,
        )  # fmt: skip
        tx.insert(
            contact, id=f"ctc-{name}", fingerprint=name.encode(), person=b"", language="fr", zone=zone,
            department=department, elicited_at=START, consent_basis="public-interest", created_at=START,
            **place,
        )  # fmt: skip
        tx.insert(contact_number, contact_id=f"ctc-{name}", number_id=f"num-{name}", rank=1)
        tx.insert(
            campaign_contact, id=f"cc-{name}", campaign_id="tracing", contact_id=f"ctc-{name}", status="done",
            next_try_at=START, outcome="reached", deadline_at=at(86400), **place,
        )  # fmt: skip

    def attempt(
        self,
        name: str,
        leg_id: str,
        seconds: float,
        *,
        status: str = "completed",
        ring_s: float = 10,
        talk_s: int = 60,
        ours: bool = True,
    ) -> dict[str, Any]:
        """One outbound call to a person, in both books (only the carrier's unless ``ours``)."""
        answered = at(seconds + ring_s) if status == "completed" else None
        ended = at(seconds + ring_s + (talk_s if answered else 0))
        duration = talk_s if answered else 0
        row = self._ledger_call(leg_id, PEOPLE[name][0], at(seconds), answered, ended, status, duration)
        if ours:
            with self.rt.db.begin() as tx:
                self._leg(
                    tx, leg_id, row, number_id=f"num-{name}", cc=f"cc-{name}", claimed_at=at(seconds - 1)
                )
                if answered:
                    self.tell_answer(tx, leg_id)
        return row

    def tell_answer(self, tx: Tx, leg_id: str) -> None:
        """The callback that told the instant of the answer."""
        tx.insert(
            webhook_event,
            key=f"status:CA{leg_id}:2",
            leg_id=leg_id,
            received_at=at(0),
            received_machine_at=at(0),
            facts={"status": "in-progress"},
        )

    def agent_leg(self, leg_id: str, seconds: float) -> dict[str, Any]:
        row = self._ledger_call(
            leg_id, "client:agent1", at(seconds), at(seconds + 2), at(seconds + 50), "completed", 48
        )
        with self.rt.db.begin() as tx:
            self._leg(tx, leg_id, row, role="agent", agent_id="agent1", claimed_at=at(seconds - 1))
        return row

    def inbound(self, name: str, leg_id: str, seconds: float) -> dict[str, Any]:
        row = self._ledger_call(
            leg_id, OUR_NUMBER, at(seconds), at(seconds), at(seconds + 30), "completed", 30
        )
        row |= {"from": PEOPLE[name][0], "direction": "inbound"}
        with self.rt.db.begin() as tx:
            self._leg(tx, leg_id, row, number_id=f"num-{name}", direction="inbound", placement="received")
        return row

    def text(self, name: str, message_id: str, seconds: float) -> dict[str, Any]:
        row = {
            "sid": f"SM{message_id}", "to": PEOPLE[name][0], "from": OUR_NUMBER, "direction": "outbound-api",
            "status": "delivered", "created_at": at(seconds).isoformat(),
        }  # fmt: skip
        self.ledger["messages"].append(row)
        with self.rt.db.begin() as tx:
            tx.insert(
                message, id=message_id, direction="outbound", number_id=f"num-{name}", body=b"",
                sid=row["sid"], campaign_contact_id=f"cc-{name}", placement="placed", status="delivered",
                planned_at=at(seconds), claimed_at=at(seconds), news_at=at(seconds),
            )  # fmt: skip
        return row

    def opt_out(self, name: str, seconds: float, scope: str = "all", purpose: str = "") -> None:
        with self.rt.db.begin() as tx:
            tx.insert(
                suppression, id=f"sup-{name}-{scope}", number_id=f"num-{name}", scope=scope, purpose=purpose,
                source="key", recorded_at=at(seconds), recorded_machine_at=at(seconds),
            )  # fmt: skip
            record_access(tx, None, "suppressed", f"num-{name}", {"scope": scope})

    def read_ledger(self) -> dict[str, list[dict[str, Any]]]:
        return deepcopy(self.ledger)

    def _ledger_call(
        self, leg_id: str, to: str, began: datetime, answered: datetime | None, ended: datetime, status: str,
        duration: int,
    ) -> dict[str, Any]:  # fmt: skip
        row = {
            "sid": f"CA{leg_id}", "to": to, "from": OUR_NUMBER, "direction": "outbound-api",
            "parent_sid": None, "status": status, "created_at": began.isoformat(),
            "initiated_at": began.isoformat(),
            "ringing_at": (began + timedelta(seconds=1)).isoformat(),
            "answered_at": answered.isoformat() if answered else None, "ended_at": ended.isoformat(),
            "duration": duration, "ended_by": "person", "answered_by": None,
            "url": f"http://127.0.0.1:8000/webhooks/voice/{leg_id}/answer",
        }  # fmt: skip
        self.ledger["calls"].append(row)
        return row

    def _leg(
        self, tx: Tx, leg_id: str, row: dict[str, Any], *, role: str = "contact", direction: str = "outbound",
        placement: str = "placed", cc: str | None = None, **more: Any,
    ) -> None:  # fmt: skip
        began = datetime.fromisoformat(row["created_at"])
        tx.insert(
            call, id=f"call-{leg_id}", direction=direction, region_code="44", platform_code="67",
            campaign_contact_id=cc, started_at=began,
        )  # fmt: skip
        answered = row["answered_at"]
        tx.insert(
            leg, id=leg_id, call_id=f"call-{leg_id}", role=role, sid=row["sid"], placement=placement,
            status=row["status"], planned_at=began, news_at=began, duration_s=row["duration"],
            answered_at=datetime.fromisoformat(answered).replace(microsecond=0) if answered else None,
            ended_at=datetime.fromisoformat(row["ended_at"]), **more,
        )  # fmt: skip


def consistent_world(rt: Runtime) -> World:
    world = World(rt)
    world.attempt("a", "leg-a1", 0, status="no-answer")
    world.attempt("a", "leg-a2", 3600)
    world.attempt("b", "leg-b1", 5, status="busy", ring_s=1)
    world.attempt("c", "leg-c1", 10)
    world.opt_out("c", 40)  # in the call, by key: the call may go on
    world.attempt("r", "leg-r1", 20)
    world.agent_leg("leg-g1", 30)
    world.inbound("b", "leg-i1", 7200)
    world.text("b", "msg1", 7300)
    return world

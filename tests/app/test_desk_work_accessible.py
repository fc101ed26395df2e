"""A thread of SMS and a look at somebody to call, on the desk: accessible, and no wider than the screen."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.contacts.numbers import store_number
from callsvc.messages.conversing import About, open_conversation
from callsvc.messages.service import receive_message
from callsvc.messages.tables import sms_conversation
from callsvc.routing.tables import queue_entry, reservation

from .browsing import Console
from .test_pages_accessible import wrong_on
from .world import AGENT

LONG = "Bonjour, je ne comprends pas le message que j'ai reçu hier soir ; " * 6


@pytest.mark.parametrize("kind", ["sms", "task"])
def test_work_beside_calls_is_accessible_and_fits_every_screen(console: Console, kind: str) -> None:
    with console.rt.db.begin() as tx:
        number = {"synthetic": True, "country": "FR", "kind": "mobile", "zone": "Europe/Paris"}
        number_id = store_number(tx, "+33639980077", **number)  # type: ignore[arg-type]
        receive_message(tx, sid=f"SM{kind}", number_id=number_id, body=LONG, to="+33199000199")
        about = About(region="11", platform="75", language="fr")
        subject = open_conversation(tx, number_id, "+33199000199", "misread", about)
        common = {"region_code": "11", "platform_code": "75", "skill": "tracing", "language": "fr"}
        tx.insert(
            queue_entry, id=f"work-{kind}", kind=kind, subject_id=subject, number_id=number_id,
            state="assigned", entered_at=tx.now, deadline_at=tx.now + timedelta(hours=1), offers=1, **common,
        )  # fmt: skip
        tx.insert(
            reservation, id=f"rsv-{kind}", entry_id=f"work-{kind}", agent_id="agt2", agent_region="11",
            decision_id="dec", state="accepted", offered_at=tx.now, answered_at=tx.now,
            bridged_at=tx.now if kind == "sms" else None, deadline_at=tx.now + timedelta(hours=1),
        )  # fmt: skip
        tx.update(agent, agent.c.id == "agt2", state="on-call", reservation_id=f"rsv-{kind}")
    page = console.open(AGENT)
    try:
        page.goto("/desk/")
        wanted = "textarea[name=text]" if kind == "sms" else "form[action='/desk/work/dial']"
        assert page.locator(wanted).count() == 1
        assert wrong_on(page, ["/desk/"]) == {}
    finally:
        page.context.close()
        with console.rt.db.begin() as tx:
            tx.update(agent, agent.c.id == "agt2", state="idle", reservation_id=None)
            tx.execute(sa.delete(reservation).where(reservation.c.id == f"rsv-{kind}"))
            tx.execute(sa.delete(queue_entry).where(queue_entry.c.id == f"work-{kind}"))
            tx.execute(sa.delete(sms_conversation))

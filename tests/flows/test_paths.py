"""A session keeps the exits it took, until they are counted."""

import sqlalchemy as sa

import ivr_flows
from callsvc.flows.paths import path_of
from callsvc.flows.service import begin_session, publish, resume_session, session_of
from callsvc.flows.tables import flow_publication, flow_session
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text

TEXT = flow_text("callback")


def test_the_whole_path_of_a_session_is_kept_encrypted(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        version = publish(tx, TEXT, "test")
        begin_session(
            tx, version=version, channel="voice", subject_id="leg1", facts={}, language="fr", answered_by=None
        )
        row = session_of(tx, "leg1")
        assert row is not None
        resume_session(tx, row, ivr_flows.Keys("9"))
        row = tx.first(sa.select(flow_session))
        assert row is not None and row.status == "ended" and b"opt_out" not in row.state
        path = path_of(tx.keyring.decrypt_json(row.state, f"flow_session:{row.id}"))
    assert [step for step, _, _ in path][:2] == ["start", "start"]
    assert path[1] == ["start", "keys.9", "opt_out"] and path[-1][2] is None


def test_each_publication_leaves_a_row_that_says_what_it_replaced(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        first = publish(tx, TEXT, "ana", "The flow we begin with.")
        second = publish(tx, TEXT.replace("Merci et au revoir.", "Au revoir."), "ben")
    with rt.db.read() as tx:
        rows = tx.all(sa.select(flow_publication).order_by(flow_publication.c.id))
    assert [(row.version, row.previous, row.by) for row in rows] == [
        (first, "", "ana"),
        (second, first, "ben"),
    ]
    assert rows[0].why == "The flow we begin with."

"""What is stored in bulk is read back as it was, on both databases."""

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsvc.contacts.tables import contact_term, import_piece
from callsvc.core.bulk import stamp
from callsvc.people.tables import people_search
from callsvc.runtime import Runtime

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
CELLS = st.one_of(TEXT, st.sampled_from(["\\N", "\\", "a\tb", "a\nb", "\r", "\\x41", "\\.", ""]))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, st.binary(max_size=20)), max_size=5, unique_by=lambda row: row[0]))
def test_any_text_and_any_bytes_come_back(rt: Runtime, rows: list[tuple[str, bytes]]) -> None:
    columns = ("id", "account_id", "asked", "expires_at")
    with rt.db.begin(bulk=True) as tx:
        tx.delete(people_search, sa.true())
        at = stamp(tx.now, tx.dialect)
        tx.insert_rows(people_search, columns, [(id, id, asked, at) for id, asked in rows])
        stored = {(row.id, bytes(row.asked)) for row in tx.all(sa.select(people_search))}
        assert stored == set(rows)


def test_a_column_may_hold_values_of_several_types_and_none(rt: Runtime) -> None:
    with rt.db.begin(bulk=True) as tx:
        at = stamp(tx.now, tx.dialect)
        rows = [("a", 0, b"\\", at), ("a", 1, b"", at)]
        tx.insert_rows(import_piece, ("owner_id", "position", "content", "expires_at"), rows)
        tx.insert_rows(contact_term, ("contact_id", "term"), [])
        assert [bytes(row.content) for row in tx.all(sa.select(import_piece))] == [b"\\", b""]


def test_a_list_whose_cells_hold_what_copy_means_otherwise_is_stored_as_it_is(rt: Runtime) -> None:
    with rt.db.begin(bulk=True) as tx:
        prints = [b"\x00\xff\\", b'"{},']
        assert list(tx.among("SELECT id FROM phone_number WHERE fingerprint", prints)) == []


def test_a_batch_reads_by_the_index_a_table_that_was_small_when_last_looked_at(
    rt: Runtime,
) -> None:
    if rt.db.dialect == "sqlite":  # reads by an index whenever there is one
        return
    plan = sa.text("EXPLAIN SELECT id FROM tracing_case WHERE reference = ANY(ARRAY['a', 'b'])")
    with rt.db.begin() as tx:
        tx.execute(sa.text("ANALYZE tracing_case"))
        assert "Seq Scan" in str(tx.all(plan))
    with rt.db.begin(bulk=True) as tx:
        assert "Seq Scan" not in str(tx.all(plan))
    with rt.db.begin() as tx:
        assert tx.scalar(sa.text("SHOW enable_seqscan")) == "on"

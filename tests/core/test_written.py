"""A query that is written out once answers as the toolkit's own would, its constants in the text."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from callsvc.core.written import Written
from callsvc.platforms.tables import delegation, platform, region
from callsvc.runtime import Runtime

AT = datetime(2020, 11, 16, 9, 30, 0, 500, tzinfo=UTC)
CODE: Any = sa.bindparam("code")


def asked(rt: Runtime, query: Written, **values: Any) -> tuple[Any, str]:
    """The first row and the words that the database was sent."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    sa.event.listen(rt.db.engine, "before_cursor_execute", note)
    with rt.db.read() as tx:
        row = query.first(tx, **values)
    sa.event.remove(rt.db.engine, "before_cursor_execute", note)
    return row, sent[-1]  # SQLite is told first that a transaction begins


def settle(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        tx.insert(region, code="44", name="a:b 100% :code", zone="Europe/Paris")
        tx.insert(platform, code="67", name="Bas-Rhin", region_code="44", week={"closed": []})
        at = {"starts_at": AT, "declared_at": AT, "declared_by": "system"}
        tx.insert(delegation, id="dlg", platform_code="67", share=0, **at)


def test_constants_stand_in_the_text_whatever_is_in_them(rt: Runtime) -> None:
    settle(rt)
    odd = region.c.name.in_(["a:b 100% :code", "other"]) & region.c.name.contains("100%", autoescape=True)
    row, words = asked(rt, Written(sa.select(region.c.zone).where(region.c.code == CODE, odd)), code="44")
    assert row == ("Europe/Paris",)
    assert "other" in words
    assert "Europe" not in words


def test_columns_and_parameters_keep_their_types(rt: Runtime) -> None:
    settle(rt)
    since = sa.bindparam("since", type_=delegation.c.starts_at.type)
    query = (
        sa.select(delegation.c.starts_at, platform.c.week, platform.c.national, (since < AT).label("before"))
        .join(platform, platform.c.code == delegation.c.platform_code)
        .where(delegation.c.starts_at >= since)
    )
    row, _ = asked(rt, Written(query), since=AT)
    assert (row.starts_at, row.week, row.national, bool(row.before)) == (AT, {"closed": []}, False, False)


def test_a_change_may_be_written_out_that_says_what_it_changed(rt: Runtime) -> None:
    settle(rt)
    query = Written(
        region.update().where(region.c.code == CODE).values(name="Grand Est").returning(region.c.name)
    )
    with rt.db.begin() as tx:
        assert query.first(tx, code="53") is None
        assert [row.name for row in query.all(tx, code="44")] == ["Grand Est"]

"""Version 0014 moves what people are searched by; whoever was stored before is found as before."""

from pathlib import Path

import sqlalchemy as sa

from callsvc.contacts.searching.terms import SCHEME, Term, sealed
from callsvc.core.db import connect
from callsvc.core.keyring import Keyring
from callsvc.migrations import upgrade
from tests.conftest import NEVER_USED
from tests.core.test_upgrade import _fill as fill


def test_terms_stored_before_are_what_is_asked_for_now(tmp_path: Path) -> None:
    keyring = Keyring.parse(f"1:{NEVER_USED}", NEVER_USED)
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0013")
    fill(engine)
    old = [keyring.blind("name", "dopon", 12), 1 << 28 | keyring.blind("tail", "1278", 12), 2 << 28 | 77]
    store = sa.text("INSERT INTO contact_term (contact_id, term, made_with) VALUES ('ctc1', :term, :made)")
    with engine.begin() as connection:
        connection.execute(store, [{"term": term, "made": SCHEME * 1000 + 1} for term in old])
        connection.exec_driver_sql(
            "INSERT INTO tracing_case (id, reference, platform_code, reported_at, level)"
            " VALUES ('cas1', 'zq 2020-118', '67', '2020-11-16 09:00:00.000000', 2)"
        )
    upgrade(engine, "0014")
    with engine.connect() as connection:
        now = set(connection.exec_driver_sql("SELECT term FROM contact_term").scalars())
        plain = connection.exec_driver_sql("SELECT plain_reference FROM tracing_case").scalar()
    assert now == {sealed(keyring, Term("name", "dopon")), sealed(keyring, Term("tail", "1278"))}
    assert plain == "ZQ2020118"
    engine.dispose()

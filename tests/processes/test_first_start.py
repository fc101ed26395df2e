"""The first start of an embedded installation founds what a person needs, once."""

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from callsvc.accounts.service import resume_session, sign_in
from callsvc.assembly import make_runtime
from callsvc.flows.tables import flow_version
from callsvc.platforms.tables import platform, region
from callsvc.processes.first_start import FIRST, set_up_first
from callsvc.processes.ports import free_ports
from callsvc.processes.stack import prepare
from ivr_flows.library import names


def test_the_password_is_told_once_and_opens_an_installation_that_knows_france(tmp_path: Path) -> None:
    stack = prepare(tmp_path, free_ports(), given={})
    stack.upgrade_database()
    password = set_up_first(stack)
    assert password and set_up_first(stack) == ""
    rt = make_runtime(stack.settings())
    entered = resume_session(rt, sign_in(rt, FIRST, password))
    assert entered and entered.must_change, "a password that was printed is replaced at the first sign-in"
    with rt.db.read() as tx:
        counted = [len(tx.all(sa.select(table))) for table in (region, platform)]
        flows = {row.flow_id for row in tx.all(sa.select(flow_version.c.flow_id))}
    rt.db.engine.dispose()
    assert counted == [18, 101]
    assert flows == set(names()) - {"broadcast"}  # an alert is written before it is published


def test_a_database_that_was_given_is_left_to_its_operator(tmp_path: Path) -> None:
    stack = prepare(tmp_path, free_ports(), given={})
    given = {**stack.environment, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    assert set_up_first(replace(stack, environment=given)) == ""

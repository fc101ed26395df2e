"""The first start of an embedded installation founds what a person needs, once."""

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from callsvc.accounts.service import sign_in
from callsvc.app import make_runtime
from callsvc.flows.tables import flow_version
from callsvc.platforms.tables import platform, region
from callsvc.processes.first_start import FIRST, set_up_first
from callsvc.processes.ports import free_ports
from callsvc.processes.stack import prepare


def test_the_password_is_told_once_and_opens_an_installation_that_knows_france(tmp_path: Path) -> None:
    stack = prepare(tmp_path, free_ports(), given={})
    stack.upgrade_database()
    password = set_up_first(stack)
    assert password and set_up_first(stack) == ""
    rt = make_runtime(stack.settings())
    assert sign_in(rt, FIRST, password)
    with rt.db.read() as tx:
        counted = [len(tx.all(sa.select(table))) for table in (region, platform, flow_version)]
    rt.db.engine.dispose()
    assert counted == [18, 101, 4]


def test_a_database_that_was_given_is_left_to_its_operator(tmp_path: Path) -> None:
    stack = prepare(tmp_path, free_ports(), given={})
    given = {**stack.environment, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    assert set_up_first(replace(stack, environment=given)) == ""

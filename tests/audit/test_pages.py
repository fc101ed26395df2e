"""An auditor reads who did what, and can see that nobody changed it since."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callsvc.accounts.access import record_access, seal_access_log
from callsvc.accounts.service import add_account
from callsvc.accounts.tables import access_log
from callsvc.audit import pages
from callsvc.runtime import Runtime
from tests.app.conftest import app, client, form_token, signed_in  # noqa: F401 - fixtures
from tests.app.world import LOCAL, PASSWORD

AUDITOR = "auditor@example.org"
PAGE = "/console/access-log/"


@pytest.fixture
def auditor(app: Flask, rt: Runtime, signed_in: Callable[[str], FlaskClient]) -> FlaskClient:  # noqa: F811
    add_account(rt, AUDITOR, password=PASSWORD, role="auditor", regions=("*",), language="en")
    return signed_in(AUDITOR)


def _verify(client: FlaskClient) -> str:  # noqa: F811
    token = form_token(client, PAGE)
    return client.post(f"{PAGE}verify", data={"csrf_token": token}, follow_redirects=True).text


def test_the_log_is_shown_newest_first_and_filtered_from_the_address(auditor: FlaskClient) -> None:
    page = auditor.get(PAGE).text
    assert page.index("signed-in") < page.index("account-added")
    only = auditor.get(f"{PAGE}?action=signed-in").text
    assert "<code>signed-in</code>" in only
    assert "<code>account-added</code>" not in only
    for who, seen in (("AUDITOR@", True), ("nobody", False), ("system", False)):
        assert ("<code>signed-in</code>" in auditor.get(f"{PAGE}?account={who}").text) == seen, who


def test_details_are_said_as_people_read_them(auditor: FlaskClient, rt: Runtime) -> None:
    before = {"role": "agent", "regions": ["44", "27"], "disabled": False}
    with rt.db.begin() as tx:
        record_access(tx, None, "account-changed", "acc1", {"before": before, "after": None})
    page = re.sub(r"<[^>]+>", "", auditor.get(f"{PAGE}?action=account-changed").text)
    assert "before disabled no; regions 44, 27; role agent" in page
    assert "after –" in page


def test_verifying_says_that_all_is_as_written_and_is_itself_recorded(auditor: FlaskClient) -> None:
    page = _verify(auditor)
    assert "sealed rows are as they were written" in page
    assert "<code>access-log-verified</code>" in page


def test_one_verification_runs_at_a_time(auditor: FlaskClient) -> None:
    with pages._VERIFYING:
        assert "verification-running" in _verify(auditor)
    assert "sealed rows are as they were written" in _verify(auditor)


def test_a_changed_row_is_named(auditor: FlaskClient, rt: Runtime) -> None:
    seal_access_log(rt)
    with rt.db.begin() as tx:
        tx.update(access_log, access_log.c.action == "account-added", action="nothing-at-all")
    assert "The log is not as it was written: first bad row" in _verify(auditor)


def test_only_who_may_audit_reads_it(app: Flask, signed_in: Callable[[str], FlaskClient]) -> None:  # noqa: F811
    assert signed_in(LOCAL).get(PAGE).status_code == 403

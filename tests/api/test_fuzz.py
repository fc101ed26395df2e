"""The API against its own document: whatever is sent, the answer is one that was promised."""

import re
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from callsvc.web.document import operations

from .conftest import Caller

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
QUICK = hypothesis.settings(max_examples=3, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))


@pytest.fixture
def document(app: Flask) -> Any:
    found = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    found.config.generation.with_security_parameters = False  # the key is ours to send, or not
    return found


schema = schemathesis.pytest.from_fixture("document")


@schemathesis.check
def refusals_are_declared_by_id(
    ctx: Any, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """The id of a problem is among those of its operation, with this very status."""
    if (
        response.status_code < 400
        or response.status_code == 405
        or case.method != case.operation.method.upper()
    ):
        return
    declared = {(one["id"], one["status"]) for one in case.operation.definition.raw["x-errors"]}
    assert (response.json()["id"], response.status_code) in declared


@schemathesis.check
def what_the_schema_allows_is_not_called_malformed(
    ctx: Any, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """Rules beyond the schema have ids of their own; these two stand for the schema alone."""
    if case.meta is not None and case.meta.generation.mode.is_positive and response.status_code == 422:
        assert response.json()["id"] not in ("query-invalid", "body-invalid"), response.text


@schema.parametrize()
@QUICK
def test_every_answer_is_one_that_the_document_promised(
    case: schemathesis.Case[Any], national: Caller
) -> None:
    _hold_to_the_document(case, national)


@pytest.mark.long
@schema.parametrize()
@hypothesis.settings(QUICK, max_examples=40)
def test_every_answer_is_one_that_the_document_promised_at_length(
    case: schemathesis.Case[Any], national: Caller
) -> None:
    _hold_to_the_document(case, national)


def _hold_to_the_document(case: schemathesis.Case[Any], caller: Caller) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {caller.key}"},
        excluded_checks=[ignored_auth, positive_data_acceptance],
    )


def test_a_wrong_key_opens_nothing(app: Flask) -> None:
    client = app.test_client()
    for path, method, _, told in operations(app):
        for headers in (
            {},
            {"Authorization": "Bearer key1.wrong"},
            {"Authorization": "Basic a2V5MTp3cm9uZw=="},
        ):
            answer = client.open(re.sub("{.*?}", "x", path), method=method.upper(), headers=headers)
            assert answer.status_code == 401, told.id
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert "RateLimit-Remaining" in answer.headers

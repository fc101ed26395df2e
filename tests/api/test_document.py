"""Every route of the API is in the document, guarded, with its models, its refusals and a summary."""

import inspect
import re
from collections import Counter
from typing import Any, get_args, get_type_hints

import pytest
from flask import Flask
from pydantic import BaseModel
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from callsvc.accounts.guard import guard_of
from callsvc.accounts.scope import SCOPES
from callsvc.web.api import operation_of
from callsvc.web.document import document, operations

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def told(app: Flask) -> Any:
    return app.test_client().get("/api/openapi.json").json


def test_the_document_is_valid_openapi_3_1(told: Any) -> None:
    assert told["openapi"].startswith("3.1")
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(told)] == []


def test_every_route_is_an_operation_with_a_guard_that_the_document_tells(app: Flask, told: Any) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")}
    told_of = set()
    for path, method, view, operation in operations(app):
        guard = guard_of(view)
        assert guard and guard.kind == "api", path
        said = told["paths"][path][method]
        assert said["x-scope"] == guard.scope
        assert said["operationId"] == operation.id
        told_of |= {
            rule.endpoint for rule in app.url_map.iter_rules() if app.view_functions[rule.endpoint] is view
        }
    assert routes == told_of
    assert {said["x-scope"] for methods in told["paths"].values() for said in methods.values()} <= {
        "",
        *SCOPES,
    }


def test_every_operation_says_what_it_is_takes_and_gives(app: Flask, told: Any) -> None:
    for path, method, _, operation in operations(app):
        said = told["paths"][path][method]
        assert said["summary"].endswith((".", ";")) or said["description"], path
        assert said["tags"]
        assert said["responses"][str(operation.status)]["content"], path
        assert {error["id"] for error in said["x-errors"]} >= {
            "key-refused",
            "sign-in-needed",
            "rate-limited",
        }
        statuses = {str(error["status"]) for error in said["x-errors"]} | {str(operation.status)}
        assert statuses == set(said["responses"]), path
    ids = Counter(operation.id for _, _, _, operation in operations(app))
    assert [name for name, count in ids.items() if count > 1] == []


def test_each_model_has_a_name_of_its_own(app: Flask) -> None:
    """The document names them by their class: of two with one name, one would describe the other."""
    found: dict[str, set[type[BaseModel]]] = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if operation_of(view) is None:
            continue
        waiting = [*get_type_hints(inspect.unwrap(view)).values()]
        while waiting:
            hint = waiting.pop()
            waiting += get_args(hint)
            if (
                isinstance(hint, type)
                and issubclass(hint, BaseModel)
                and hint not in found.setdefault(hint.__name__, set())
            ):
                found[hint.__name__].add(hint)
                waiting += get_type_hints(hint).values()
    assert {name: classes for name, classes in found.items() if len(classes) > 1} == {}
    assert len(found) > 100


def test_an_error_id_means_one_thing(told: Any) -> None:
    by_id: dict[str, set[int]] = {}
    for methods in told["paths"].values():
        for said in methods.values():
            for error in said["x-errors"]:
                assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", error["id"])
                by_id.setdefault(error["id"], set()).add(error["status"])
    assert {name: codes for name, codes in by_id.items() if len(codes) > 1} == {}


def test_every_reference_of_the_document_leads_somewhere(told: Any) -> None:
    parts = told["components"]
    for kind, name in re.findall(r"#/components/(\w+)/([^\"']+)", str(told)):
        assert name in parts[kind]


def test_the_reference_page_tells_all_of_it_and_loads_nothing_from_elsewhere(app: Flask, told: Any) -> None:
    answer = app.test_client().get("/api/")
    assert answer.status_code == 200
    for methods in told["paths"].values():
        for said in methods.values():
            assert f'id="{said["operationId"]}"' in answer.text
            for error in said["x-errors"]:
                assert f'id="error-{error["id"]}"' in answer.text
    for target in re.findall(r'href="#([^"]+)"', answer.text):
        assert f'id="{target}"' in answer.text
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", answer.text)
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_what_stands_in_backticks_is_shown_as_code(app: Flask) -> None:
    page = app.test_client().get("/api/").text
    assert "<code>next</code>" in page
    assert "`" not in re.sub(r"(?s)<pre>.*?</pre>", "", page)


def test_the_document_is_made_once(app: Flask) -> None:
    with app.test_request_context():
        assert document() is document()

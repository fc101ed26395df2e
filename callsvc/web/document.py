"""The OpenAPI 3.1 document: what spectree reads from the views, and what only we know beside it.

Beside it: who may call (bearer key and its scope), each way to be refused by id, the key that makes a retry
safe, the limits every answer tells of.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final

from flask import Flask, current_app
from pydantic import BaseModel

from callsvc.web.api import PATH_PART, Operation, Refusal, operation_of, spec
from callsvc.web.idempotency import HEADER, REPLAYED
from callsvc.web.models import Problem

Json = dict[str, Any]

COMMON: Final = (
    Refusal("sign-in-needed", 401, "No key was sent, or the session is over."),
    Refusal("key-refused", 401, "The key is unknown, revoked or over: ask for a new one."),
    Refusal("rate-limited", 429, "Too many requests: wait as many seconds as Retry-After says."),
)
SCOPED: Final = (Refusal("scope-missing", 403, "The key or the account lacks the scope of this operation."),)
_PERSON = (
    Refusal("form-expired", 400, "A browser's session needs its form token in X-CSRFToken."),
    Refusal("password-must-change", 403, "A signed-in person must choose a password of their own first."),
)
_BY_PATH = (Refusal("not-found", 404, "The address holds a name that none of ours can have."),)
_BY_QUERY = (Refusal("query-invalid", 422, "A parameter breaks its schema; details say which and how."),)
_PAGED = (Refusal("cursor-invalid", 422, "The cursor is of another list, or of other filters."),)
_BY_BODY = (
    Refusal("media-type-unsupported", 415, "The body is of a media type this operation does not read."),
    Refusal("body-too-large", 413, "The body is larger than this operation takes."),
)
_BY_JSON = (Refusal("body-invalid", 422, "The body breaks its schema; details say where and how."),)
_BY_KEY = (
    Refusal("idempotency-key-invalid", 422, f"{HEADER} is 1 to 120 printable ASCII characters."),
    Refusal("idempotency-key-reused", 409, f"The {HEADER} stands for another request."),
    Refusal("request-in-progress", 409, f"The first request with this {HEADER} still runs."),
)
_DESCRIPTION: Final = """\
Every answer is JSON, every refusal problem details (RFC 9457) with a stable `id`. Instants are UTC, lived
time unless said otherwise. Lists come in pages: follow `next` until it is null. Send an `Idempotency-Key`
with what changes something, and repeating it is safe."""


def operations(app: Flask) -> Iterator[tuple[str, str, Callable[..., Any], Operation]]:
    """(path as in the document, method, view, operation) of every operation."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        told = operation_of(view)
        if told is not None:
            path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield path, method.lower(), view, told


def refusals_of(path: str, method: str, view: Callable[..., Any], told: Operation) -> tuple[Refusal, ...]:
    """Every way this operation says no, its own first."""
    common: list[Refusal] = [*told.refusals, *COMMON]
    common += SCOPED if _scope(view) else ()
    common += _PERSON if method != "get" else _PERSON[1:]
    common += _BY_PATH if "{" in path else ()
    common += _BY_QUERY if told.has_query else ()
    common += _PAGED if told.paged else ()
    common += _BY_BODY if told.has_json or told.takes else ()
    common += _BY_JSON if told.has_json else ()
    common += _BY_KEY if method != "get" and told.again == "key" else ()
    return tuple(common)


def document() -> Json:
    """The document of the running application; made once."""
    made: Json | None = current_app.extensions.get("callsvc_document")
    if made is None:
        made = current_app.extensions["callsvc_document"] = _make(current_app)
    return made


def _make(app: Flask) -> Json:
    made: Json = deepcopy(spec.spec)
    made["info"]["description"] = _DESCRIPTION
    made["servers"] = [{"url": "/"}]
    made["security"] = [{"key": []}]
    parts = made["components"]
    parts["schemas"]["Problem"] = Problem.model_json_schema()
    parts["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key: `callsvc user key`, or your account's page.",
        }
    }
    parts["headers"] = _limit_headers()
    for path, method, view, told in operations(app):
        for model in filter(None, told.takes.values()):
            _add(parts["schemas"], model)
        _complete(made["paths"][path][method], path, method, view, told)
    made["tags"] = sorted(made["tags"], key=lambda tag: str(tag["name"]))
    return made


def _add(schemas: Json, model: type[BaseModel]) -> None:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs", {})
    schemas[model.__name__] = schema


def _complete(said: Json, path: str, method: str, view: Callable[..., Any], told: Operation) -> None:
    scope = _scope(view)
    said["x-scope"] = scope
    said["security"] = [{"key": [scope] if scope else []}]
    said["x-idempotent"] = "by nature" if method == "get" or told.again == "nature" else "with a key"
    for parameter in said["parameters"]:
        _tidy(parameter)
    if method != "get" and told.again == "key":
        said["parameters"].append(_key_parameter())
    if told.takes:
        said["requestBody"] = {
            "required": True,
            "content": {
                media: {
                    "schema": {"$ref": f"#/components/schemas/{model.__name__}"}
                    if model
                    else {"type": "string"}
                }
                for media, model in told.takes.items()
            },
        }
    if told.gives != "application/json":
        said["responses"][str(told.status)]["content"] = {told.gives: {"schema": {"type": "string"}}}
    refusals = refusals_of(path, method, view, told)
    said["x-errors"] = [{"id": one.id, "status": one.status, "says": one.says} for one in refusals]
    said["responses"] = {str(told.status): said["responses"][str(told.status)], **_refused(refusals)}
    for response in said["responses"].values():
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _limit_headers()}
    if method != "get" and told.again == "key":
        said["responses"][str(told.status)]["headers"][REPLAYED] = {
            "description": "true: this is the answer of the first request.", "schema": {"type": "string"}
        }  # fmt: skip


def _refused(refusals: tuple[Refusal, ...]) -> Json:
    by_status: defaultdict[int, list[Refusal]] = defaultdict(list)
    for one in refusals:
        by_status[one.status].append(one)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        str(status): {
            "description": "; ".join(f"{one.id}: {one.says}" for one in ones),
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status, ones in sorted(by_status.items())
    }


def _tidy(parameter: Json) -> None:
    """What a path part may look like; and a parameter that may be left out is never sent as null."""
    schema = parameter["schema"]
    if parameter["in"] == "path":
        parameter["description"] = "An id or a code, as the lists give it."
        parameter["schema"] = {"type": "string", "pattern": f"^{PATH_PART}$", "examples": ["44"]}
    elif "anyOf" in schema:
        some = [one for one in schema["anyOf"] if one != {"type": "null"}]
        kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        parameter["schema"] = {**kept, **some[0]} if len(some) == 1 else schema


def _key_parameter() -> Json:
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "Of your making, one for each thing to do; again, it gives the same answer for a day.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": "^[!-~]+$"},
        "example": "b1f7c2d0-stop-tracing-2020-11",
    }


def _limit_headers() -> Json:
    whole = {"type": "integer", "minimum": 0}
    return {
        "RateLimit-Limit": {"description": "Requests in a window.", "schema": whole},
        "RateLimit-Remaining": {"description": "What is left of them.", "schema": whole},
        "RateLimit-Reset": {"description": "Seconds until the window is over.", "schema": whole},
    }


def _scope(view: Callable[..., Any]) -> str:
    """The scope of the guard that the view wears."""
    return str(getattr(getattr(view, "__guard__", None), "scope", ""))

"""What makes a view an operation of ``/api/v1``: its models, its refusals, and its place in the document.

    @blueprint.post("/campaigns/<campaign_id>/start")
    @api("campaigns")
    @operation(CAMPAIGNS, refusals=(CAMPAIGN_UNKNOWN, CAMPAIGN_STATE))
    def start_campaign(campaign_id: str) -> CampaignState: ...

The guard stands outside, so that nobody unknown learns what a body should look like. A view's query and body
are the models of its arguments ``query`` and ``json``; what it returns is the model of its answer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final, Literal, get_type_hints

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from spectree import Response, SpecTree, Tag
from werkzeug.exceptions import UnsupportedMediaType

from callsvc.core.errors import Invalid, NotFound
from callsvc.core.yaml_files import problems_of, told
from callsvc.web import csrf
from callsvc.web.idempotency import once
from callsvc.web.limits import limited, say_limits
from callsvc.web.models import Problem

PREFIX: Final = "/api/v1"
BODY_LIMIT: Final = 64 * 1024
PATH_PART: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"

_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Refusal:
    """A way an operation says no. ``id`` and ``status`` are a promise, ``says`` explains."""

    id: str
    status: int
    says: str


@dataclass(frozen=True)
class Operation:
    """What the document and the tests know of a view. ``again``: what a request sent twice does."""

    id: str
    tag: str
    status: int
    refusals: tuple[Refusal, ...]
    again: Literal["key", "nature"]
    takes: Mapping[str, type[BaseModel] | None] = field(default_factory=dict)
    gives: str = "application/json"
    body_limit: int = BODY_LIMIT
    has_query: bool = False
    has_json: bool = False
    paged: bool = False


def operation_of(view: Callable[..., object]) -> Operation | None:
    found: Operation | None = getattr(view, "__operation__", None)
    return found


def api_blueprint(name: str) -> Blueprint:
    """A blueprint of operations: counted, exempt from form tokens (the guard asks for one itself)."""
    blueprint = Blueprint(name, name, url_prefix=PREFIX)
    csrf.exempt(blueprint)
    blueprint.after_request(say_limits)
    return limited(blueprint)


def _refuse(_request: Any, _response: Any, error: Any, _instance: Any, _adapter: Any) -> None:
    """What pydantic found, as our own refusal; never what was sent, for it may be somebody's number."""
    if error is None:
        return
    where = "query" if error.title in _queries else "body"
    problems = problems_of(error)
    raise Invalid(
        f"{where}-invalid", f"Correct the {where}: {told(problems, whole=where)}"[:500], problems=problems
    )


def _crash(_request: Any, _response: Any, error: Any, _instance: Any, _adapter: Any) -> None:
    if error is not None:
        raise error  # an answer that breaks its own model is our mistake


_queries: set[str] = set()

spec = SpecTree(
    "flask",
    mode="strict",
    path="api/openapi.json",  # served by our own page; here it only keeps spectree from looking there
    title="callsvc",
    version="1",
    before=_refuse,
    after=_crash,
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
)


def operation(
    tag: Tag,
    *,
    refusals: tuple[Refusal, ...] = (),
    status: int = 200,
    again: Literal["key", "nature"] = "key",
    takes: Mapping[str, type[BaseModel] | None] | None = None,
    gives: str = "application/json",
    body_limit: int = BODY_LIMIT,
) -> Callable[[Callable[..., Any]], Callable[..., ResponseReturnValue]]:
    """Mark a view as an operation.

    ``again="nature"`` says that doing it twice does no more than doing it once, so no key is kept. ``takes``
    names the media types of a body that the view reads itself; ``gives`` that of an answer that is not JSON.
    """

    def mark(view: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
        hints = get_type_hints(view)
        told = Operation(
            id=view.__name__, tag=str(tag), status=status, refusals=refusals, again=again, takes=takes or {},
            gives=gives, body_limit=body_limit, has_query="query" in hints, has_json="json" in hints,
            paged="cursor" in getattr(hints.get("query"), "model_fields", {}),
        )  # fmt: skip
        if told.has_query:
            _queries.add(hints["query"].__name__)
        validated = _validated(view, told, tag, hints["return"])

        @wraps(validated)
        def operate(**path: str) -> ResponseReturnValue:
            request.max_content_length = body_limit
            _check_path(path)
            _check_body(told)
            if again == "key" and request.method in _UNSAFE:
                return once(lambda: validated(**path))
            return validated(**path)

        operate.__operation__ = told  # type: ignore[attr-defined]
        return operate

    return mark


def _validated(
    view: Callable[..., Any], told: Operation, tag: Tag, answer: Any
) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def with_status(*args: Any, **kwargs: Any) -> Any:
        said = view(*args, **kwargs)
        return (said, told.status) if isinstance(said, BaseModel) else said

    code = f"HTTP_{told.status}"
    is_model = isinstance(answer, type) and issubclass(answer, BaseModel)
    resp = Response(**{code: answer}) if is_model else Response(code)
    checked: Callable[..., ResponseReturnValue]
    checked = spec.validate(resp=resp, tags=(tag,), operation_id=told.id)(with_status)
    return checked


def _check_path(path: dict[str, str]) -> None:
    """An id that cannot be one of ours names nothing; the database never sees it."""
    for part in path.values():
        if not re.fullmatch(PATH_PART, part):
            raise NotFound("not-found", "Nothing of ours has this name.")


def _check_body(told: Operation) -> None:
    if told.takes:
        if request.mimetype not in told.takes:
            raise UnsupportedMediaType(f"Send {' or '.join(told.takes)}.")
        return
    if not told.has_json or not request.get_data(cache=True):
        return
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send application/json.")
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # brackets in brackets, by the thousand
        body = None
    if not isinstance(body, dict):
        raise Invalid("body-invalid", "The body must be a JSON object such as {}.")

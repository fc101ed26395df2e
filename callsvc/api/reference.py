"""The API's document at ``/api/openapi.json``, and the page that people read, made from it, at ``/api/``."""

import json
import re
from collections import defaultdict
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from callsvc.accounts.guard import public
from callsvc.accounts.scope import SCOPES
from callsvc.web import current_rt
from callsvc.web.document import document

blueprint = Blueprint("api_reference", __name__, url_prefix="/api")

Json = dict[str, Any]
_NO_DATA = "describes the interface; holds nobody's data"
_DEEPEST = 4
_CODE = re.compile("`{1,2}([^`]+)`{1,2}")


@blueprint.get("/openapi.json")
@public(_NO_DATA)
def openapi() -> Response:
    """The document."""
    return jsonify(document())


@blueprint.get("/")
@public(_NO_DATA)
def page() -> ResponseReturnValue:
    """The reference page, in the document's language; made once, for it changes with the code alone."""
    made: str | None = current_app.extensions.get("callsvc_reference")
    if made is None:
        made = current_app.extensions["callsvc_reference"] = _render(document())
    return made


def _render(told: Json) -> str:
    schemas = told["components"]["schemas"]
    by_tag: defaultdict[str, list[Json]] = defaultdict(list)
    errors: dict[str, Json] = {}
    for path, methods in sorted(told["paths"].items()):
        for method, said in methods.items():
            by_tag[said["tags"][0]].append(_operation(path, method, said, schemas))
            errors |= {one["id"]: one for one in said["x-errors"]}
    return render_template(
        "api/reference.html",
        info=told["info"],
        tags=told["tags"],
        operations=by_tag,
        errors=[errors[name] for name in sorted(errors)],
        models=[_model(name, schemas[name]) for name in sorted(schemas)],
        scopes=SCOPES,
        base=current_rt().settings.public_base_url,
        said=_said,
    )


def _said(text: str | None) -> Markup:
    """A description, with what stands in backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text or ""))))  # noqa: S704 - escaped first


def _operation(path: str, method: str, said: Json, schemas: Json) -> Json:
    status = next(code for code in said["responses"] if code.startswith("2"))
    body = next(iter(said.get("requestBody", {}).get("content", {}).items()), None)
    answer: tuple[str, Json] = next(iter(said["responses"][status].get("content", {}).items()), ("", {}))
    sent = example(body[1]["schema"], schemas) if body else None
    return {
        **said,
        "path": path,
        "method": method.upper(),
        "status": status,
        "media": answer[0],
        "sends": _named(body[1]["schema"]) if body else "",
        "gives": _named(answer[1].get("schema", {})),
        "answer": _text(example(answer[1].get("schema", {}), schemas)),
        "curl": _curl(path, method, said, body[0] if body else "", sent),
    }


def _model(name: str, schema: Json) -> Json:
    fields = [
        {"name": field, "type": _type(part), "says": part.get("description", "")}
        for field, part in schema.get("properties", {}).items()
    ]
    return {"name": name, "says": schema.get("description", ""), "fields": fields}


def _type(schema: Json) -> str:
    """A type as people write it: `integer`, a model's name, `list of string`, `date-time or null`."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"] if value)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format", schema.get("type", "anything")))


def example(schema: Json, schemas: Json, depth: int = 0) -> Any:
    """A value of this schema in domain data: its example, its default, or made from its parts."""
    schema = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    for given in (
        *schema.get("examples", ()),
        *(schema[key] for key in ("default", "const") if key in schema),
    ):
        return given
    if "enum" in schema:
        return next((value for value in schema["enum"] if value), "")
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, depth)
    if "properties" in schema and depth < _DEEPEST:
        return {name: example(part, schemas, depth + 1) for name, part in schema["properties"].items()}
    if schema.get("type") == "array":
        return [example(schema.get("items", {}), schemas, depth + 1)] if depth < _DEEPEST else []
    return _plain(schema)


def _plain(schema: Json) -> Any:
    if schema.get("format") == "date-time":
        return "2020-11-16T09:00:00Z"
    return {"string": "…", "integer": 1, "number": 0.5, "boolean": True, "object": {}}.get(
        schema.get("type", "")
    )


def _named(schema: Json) -> str:
    """The model a body is of; empty for plain text."""
    return str(schema.get("$ref", "").rsplit("/", 1)[-1])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _curl(path: str, method: str, said: Json, media: str, sent: Any) -> str:
    """A command that a shell takes as it is, once the variables CALLSVC and KEY are set."""
    for parameter in said["parameters"]:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(_part(parameter["name"])))
    lines = [f'curl -X {method.upper()} "$CALLSVC{path}" -H "Authorization: Bearer $KEY"']
    lines += ['-H "Idempotency-Key: $(uuidgen)"'] if said["x-idempotent"] == "with a key" else []
    if media:
        lines.append(f'-H "Content-Type: {media}"')
        lines.append(
            "--data-binary @list.csv"
            if media == "text/csv"
            else f"-d '{json.dumps(sent, ensure_ascii=False)}'"
        )
    return " \\\n  ".join(lines)


def _part(name: str) -> str:
    return {"campaign_id": "tracing-2020-11", "region_code": "44"}.get(
        name, f"{name.removesuffix('_id')}01jd3q5k8rab"
    )

"""The published JSON Schemas, and what they have to say about a document."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from ivr_flows.findings import Finding
from ivr_flows.reading import Document, Path, place
from ivr_flows.saying import say

FLOW = "schema.json"
CONVERSATIONS = "conversations.schema.json"
MOST_FINDINGS = 50


def flow_schema() -> dict[str, Any]:
    """The JSON Schema of a flow, as published (``ivr_flows/schema.json``)."""
    return _schema(FLOW)


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(_schema(name))


def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((files("ivr_flows") / name).read_text("utf-8"))
    return schema


def check(document: Document, name: str = FLOW) -> list[Finding]:
    """Every place where the document departs from the schema (the first fifty)."""
    found: list[Finding] = []
    for error in _validator(name).iter_errors(document.data):
        found.append(_finding(error, document))
        if len(found) >= MOST_FINDINGS:
            break
    return found


def _finding(error: ValidationError, document: Document) -> Finding:
    path: Path = tuple(error.absolute_path)
    return Finding("schema", "error", document.line(*path), place(path), _message(error), _fix(error))


def _message(error: ValidationError) -> str:
    """What departs from the schema; our own words for what people get wrong, the validator's for the rest."""
    wrong, kind = _short(error.instance), str(error.validator)
    wants: Any = error.validator_value
    instance: Any = error.instance
    match kind:
        case "required":
            names = [name for name in wants if error.message.startswith(repr(name))]
            return say("{names} is missing", names=", ".join(names))
        case "additionalProperties" if wants is False:
            schema: Any = error.schema
            known = schema.get("properties", {}) if isinstance(schema, dict) else {}
            return say("{names} is not known here", names=", ".join(_unknown(instance, known)))
        case "enum":
            return say("{value} is none of {words}", value=wrong, words=", ".join(map(str, wants)))
        case "const":
            return say("{value} is not {wanted}", value=wrong, wanted=_short(wants))
        case "type":
            return say("{value} is not of the kind {kinds}", value=wrong, kinds=_kinds(wants))
        case "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties":
            return say(
                "{value} is too little or too much ({limit} {wanted})", value=wrong, limit=kind, wanted=wants
            )
        case "pattern":
            return say("{value} is not written as it must be", value=wrong)
    return say("{value} is not accepted here", value=wrong)


def _unknown(instance: Any, known: Any) -> list[str]:
    return [str(name) for name in instance if name not in known] if isinstance(instance, dict) else []


def _kinds(wants: Any) -> str:
    return ", ".join(wants) if isinstance(wants, list) else str(wants)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _fix(error: ValidationError) -> str:
    described = error.schema.get("description") if isinstance(error.schema, dict) else None
    if described and error.validator not in ("additionalProperties", "required"):
        return say("{description}", description=described)
    return _FIXES.get(str(error.validator), _SEE)


_LONGEST = 80
_SEE = say("see the flow reference, docs/flow-reference.md")
_FIXES = {
    "additionalProperties": say("remove or correct the name; the schema lists the names accepted here"),
    "required": say("add what is missing"),
    "enum": say("use one of the words listed"),
    "pattern": say("names are lower-case letters, digits, - and _, beginning with a letter"),
    "type": say("change the kind of value"),
}

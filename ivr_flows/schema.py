"""The published JSON Schemas, and what they have to say about a document."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from ivr_flows.findings import Finding
from ivr_flows.reading import Document, Path, place

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
    message = " ".join(error.message.split())
    if len(message) > 200:
        message = message[:199] + "…"
    return Finding("schema", "error", document.line(*path), place(path), message, _fix(error))


def _fix(error: ValidationError) -> str:
    described = error.schema.get("description") if isinstance(error.schema, dict) else None
    if described and error.validator not in ("additionalProperties", "required"):
        return str(described)
    fixes = {
        "additionalProperties": "remove or correct the name; the schema lists the names accepted here",
        "required": "add what is missing",
        "enum": "use one of the words listed",
        "pattern": "names are lower-case letters, digits, - and _, beginning with a letter",
        "type": "change the kind of value",
    }
    return fixes.get(str(error.validator), "see the flow reference, docs/flows.md")

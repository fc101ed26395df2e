"""The vendor's own description of its interface (OpenAPI 3.0), as a judge of requests and of answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator, FormatChecker

SPEC = Path(__file__).parent / "node/node_modules/.spec/twilio_api_v2010.json"
_RFC2822 = "%a, %d %b %Y %H:%M:%S +0000"


class Broken(AssertionError):
    """A request or an answer is not what the vendor describes."""


class Vendor:
    """Finds the operation of a request and says what is wrong with it or with its answer."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._description = _patched(description)
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path.replace(".", r"\."))), operations)
            for path, operations in self._description["paths"].items()
        ]
        self._formats = _formats()

    @classmethod
    def load(cls) -> Vendor:
        """The vendor's file, as tests/prepare.sh fetched it."""
        return cls(json.loads(SPEC.read_text(encoding="utf-8")))

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """The operation of a request; Broken when the vendor has none."""
        for pattern, operations in self._paths:
            if pattern.fullmatch(path) and method.lower() in operations:
                found: dict[str, Any] = operations[method.lower()]
                return found
        raise Broken(f"the vendor has no {method} {path}")

    def check_request(self, method: str, path: str, query: str, body: str) -> str:
        """The operation's name; Broken says which parameter is missing, unknown or malformed."""
        operation = self.operation(method, path)
        listed = [one for one in operation.get("parameters", []) if one["in"] == "query"]
        self._check_parameters(
            operation["operationId"],
            {
                "required": [one["name"] for one in listed if one.get("required")],
                "properties": {one["name"]: one["schema"] for one in listed},
            },
            query,
        )
        content = operation.get("requestBody", {}).get("content", {})
        form = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
        self._check_parameters(operation["operationId"], form, body)
        return str(operation["operationId"])

    def check_answer(self, method: str, path: str, status: int, body: str) -> str:
        """The operation's name; Broken says where the answer differs from the schema of its status."""
        operation = self.operation(method, path)
        name = str(operation["operationId"])
        if status >= 400:
            self._check_error(name, status, body)
            return name
        if str(status) not in operation["responses"]:
            raise Broken(f"{name}: {status} is none of {', '.join(operation['responses'])}")
        content = operation["responses"][str(status)].get("content", {})
        if not content:
            if body:
                raise Broken(f"{name}: {status} has no body, not {body!r}")
            return name
        self._judge(name, content["application/json"]["schema"], json.loads(body))
        return name

    def _check_error(self, name: str, status: int, body: str) -> None:
        told = json.loads(body)
        if set(told) != {"code", "message", "more_info", "status"}:
            raise Broken(f"{name}: an error tells {sorted(told)}")
        if told["status"] != status or not str(told["more_info"]).endswith(f"/{told['code']}"):
            raise Broken(f"{name}: {told}")

    def _check_parameters(self, name: str, schema: Mapping[str, Any], encoded: str) -> None:
        properties = schema.get("properties", {})
        given: dict[str, Any] = {}
        for parameter, text in parse_qsl(encoded, keep_blank_values=True):
            if parameter not in properties:
                raise Broken(f"{name}: the vendor knows no {parameter}")
            kind = self._resolved(properties[parameter])
            if kind.get("type") == "array":
                # "specify each one in a separate parameter": style form, explode true
                given.setdefault(parameter, []).append(_typed(kind["items"], text))
            elif parameter in given:
                raise Broken(f"{name}: {parameter} comes twice")
            else:
                given[parameter] = _typed(kind, text)
        whole = {"type": "object", "required": schema.get("required", []), "properties": properties}
        self._judge(name, whole, given)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in schema:
            return schema
        found: Mapping[str, Any] = self._description["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return found

    def _judge(self, name: str, schema: Mapping[str, Any], value: Any) -> None:
        whole = {**schema, "components": self._description["components"]}
        validator = Draft202012Validator(whole, format_checker=self._formats)
        faults = [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(value)]
        if faults:
            raise Broken(f"{name}: " + "; ".join(faults))


def _patched(description: Mapping[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 as JSON Schema: `nullable` is null too; an answer lacks nothing and has nothing more."""
    whole = deepcopy(dict(description))
    _allow_null(whole)
    for name, schema in whole["components"]["schemas"].items():
        if name.startswith("api.v2010") and schema.get("type") == "object":
            schema["required"] = sorted(schema["properties"])
            schema["additionalProperties"] = False
    for name in _MAY_BE_NULL:
        whole["components"]["schemas"][name]["enum"].append(None)
        whole["components"]["schemas"][name].pop("type", None)
    return whole


# The vendor's file forgets that these are null before there is anything to say, as its own examples show.
_MAY_BE_NULL = ("conference_enum_reason_conference_ended",)


def _allow_null(node: Any) -> None:
    if isinstance(node, list):
        for one in node:
            _allow_null(one)
    if isinstance(node, dict):
        if node.pop("nullable", False) is True and "type" in node:
            node["type"] = [node["type"], "null"]
            if "enum" in node:
                node["enum"] = [*node["enum"], None]
        for one in node.values():
            _allow_null(one)


def _typed(schema: Mapping[str, Any], text: str) -> Any:
    """A form's text as what its schema says it is; what it is not stays text and is then refused."""
    kind = schema.get("type")
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    return text


def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())

    @checker.checks("date-time-rfc-2822", raises=ValueError)
    def rfc2822(value: object) -> bool:
        return not isinstance(value, str) or bool(datetime.strptime(value, _RFC2822))  # noqa: DTZ007 - its form only

    @checker.checks("uri")
    def uri(value: object) -> bool:
        # In the envelope of a list the vendor's own examples are without a host.
        return not isinstance(value, str) or not value or value.startswith(("http://", "https://", "/2010"))

    @checker.checks("currency")
    def currency(value: object) -> bool:
        return not isinstance(value, str) or re.fullmatch("[A-Z]{3}", value) is not None

    @checker.checks("http-method")
    def http_method(value: object) -> bool:
        return value in (None, "GET", "POST")

    return checker

"""The fields of one object of the schema, as a person reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "mapping",
    "array": "list",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A name, what may be written there, what it is worth when it is not, and what it is for."""

    name: str
    type: str
    default: str
    sentence: str
    required: bool

    @classmethod
    def of(cls, name: str, node: Node, required: bool) -> Field:
        """A field whose references are resolved."""
        default = f"`{json.dumps(node['default'])}`" if "default" in node else ""
        return cls(name, _type(node), default, sentence_of(node), required)


def fields_of(node: Node, schema: Node) -> dict[str, Field]:
    """The fields of an object, or of each of its entries or items, by name; none for a plain value."""
    found: dict[str, Field] = {}
    required = node.get("required", ())
    for name, field in node.get("properties", {}).items():
        found[name] = Field.of(name, resolved(field, schema), name in required)
    for key, inside in (("<name>", node.get("additionalProperties")), ("<item>", node.get("items"))):
        if isinstance(inside, Mapping):
            entry = resolved(inside, schema)
            if "properties" in entry and "$ref" not in inside:
                below = fields_of(entry, schema)
                found |= {f"{key}.{name}": _below(key, field) for name, field in below.items()}
            elif "properties" in node:
                found[key] = Field.of(key, entry, False)
    return found


def resolved(node: Node, schema: Node) -> Node:
    """A node with its ``$ref`` followed; what is written beside the reference wins."""
    while "$ref" in node:
        target: Any = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def sentence_of(node: Node) -> str:
    """What a field is for; bars would break the tables."""
    return str(node.get("description", "")).replace("|", "\\|")


def _below(key: str, field: Field) -> Field:
    return Field(f"{key}.{field.name}", field.type, field.default, field.sentence, field.required)


def _type(node: Node) -> str:
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        return ", ".join(f"`{word}`" for word in node["enum"])
    kinds = node.get("type", "mapping")
    words = " or ".join(_WORDS.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    return words + _bounds(node)


def _bounds(node: Node) -> str:
    if "minimum" in node and "maximum" in node:
        return f", {node['minimum']} to {node['maximum']}"
    if "maxLength" in node:
        return f", at most {node['maxLength']} characters"
    return ""

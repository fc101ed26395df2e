"""What may be written where, for the editor's suggestions: keys from the schema, names from the text."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import ivr_flows

Words = dict[str, list[str]]


@lru_cache(maxsize=1)
def keys_by_place() -> Words:
    """The keys of each mapping by its place: ``""`` is the top, ``*`` any name, as in ``steps.*``."""
    schema = ivr_flows.flow_schema()
    found: Words = {}
    for place, keys in _walk(schema, schema, ()):
        known = found.setdefault(".".join(place), [])
        known.extend(key for key in keys if key not in known)
    return found


def names_in(source: str) -> Words:
    """The prompts and steps of a text, also of one that cannot be read as a flow yet."""
    found: Words = {"prompts": [], "steps": []}
    part = ""
    for line in source.splitlines():
        if top := re.match(r"([a-z]+):", line):
            part = top[1]
        elif part in found and (name := re.match(r" {2}([a-z][\w-]*):", line)):
            found[part].append(name[1])
    return found


def _walk(schema: Any, node: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    node = _resolved(schema, node)
    if not isinstance(node, dict) or len(place) > 5:
        return
    properties = node.get("properties", {})
    yield place, list(properties)
    for key, inner in properties.items():
        yield from _walk(schema, inner, (*place, key))
    for inner in (node.get("additionalProperties"), node.get("items")):
        if isinstance(inner, dict):
            yield from _walk(schema, inner, (*place, "*"))
    for one in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())):
        yield from _walk(schema, one, place)


def _resolved(schema: Any, node: Any) -> Any:
    while isinstance(node, dict) and str(node.get("$ref", "")).startswith("#/$defs/"):
        found: Any = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node

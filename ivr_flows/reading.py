"""YAML text to plain data, by the rules of YAML 1.2, remembering the line of everything.

ruamel.yaml composes the tree of nodes; this module builds the data itself, so that yes, no, on, off
and 18:00 are words, dates stay text, a key is always text, and nothing in a file can name a Python
object. Sizes are bounded before anything is built (a file of aliases can describe a huge tree).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ivr_flows.findings import Finding, FlowInvalid
from ivr_flows.saying import say

Path = tuple[str | int, ...]

LONGEST_TEXT = 512 * 1024
MOST_NODES = 50_000
DEEPEST = 24

_KEEP = {"str", "timestamp", "value"}


@dataclass(slots=True)
class Document:
    """Plain data and the line (from 1) of each path: ``lines[("steps", "start", "menu")] == 12``."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    nodes: int = 0

    def line(self, *path: str | int) -> int:
        """The line of a path, or of the nearest thing around it."""
        return line_of(self.lines, path)


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it; the first line when all is unknown."""
    for length in range(len(path), -1, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def place(path: Path) -> str:
    """A path as people write it: ``steps.start.keys.1``."""
    return ".".join(str(part) for part in path)


def read(text: str) -> Document:
    """Read one YAML document; raises :class:`FlowInvalid` with a ``yaml`` finding and its line."""
    if len(text) > LONGEST_TEXT:
        raise _refused(
            1,
            say("the file is over {longest_text} KiB", longest_text=LONGEST_TEXT // 1024),
            say("split the flow"),
        )
    if any(line.startswith("%") for line in text.splitlines()[:20]):
        raise _refused(1, say("a % directive is not accepted"), say("remove it; flows are read as YAML 1.2"))
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context or "not YAML").split())
        raise _refused(
            mark.line + 1 if mark else 1,
            say("not readable: {problem}", problem=problem),
            say("correct the YAML at this line"),
        ) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise _refused(
            1,
            say("not readable: {problem}", problem=str(error).splitlines()[0][:200]),
            say("correct the YAML"),
        ) from None
    document = Document()
    if root is not None:
        document.data = _build(root, (), document)
    return document


def _refused(line: int, message: str, fix: str, path: Path = ()) -> FlowInvalid:
    return FlowInvalid([Finding("yaml", "error", line, place(path), message, fix)])


def _build(node: Any, path: Path, document: Document) -> Any:
    line = node.start_mark.line + 1
    document.lines.setdefault(path, line)
    document.nodes += 1
    if document.nodes > MOST_NODES or len(path) > DEEPEST:
        raise _refused(
            line, say("the file describes too large a tree"), say("write it without aliases"), path
        )
    kind = node.tag.rpartition(":")[2] if node.tag.startswith("tag:yaml.org,2002:") else node.tag
    if kind == "map":
        return _mapping(node, path, document)
    if kind == "seq":
        return [_build(item, (*path, index), document) for index, item in enumerate(node.value)]
    if isinstance(node.value, str):
        return _scalar(kind, node.value, line, path)
    raise _refused(line, say("the tag {tag} is not accepted", tag=node.tag), say("remove the tag"), path)


def _mapping(node: Any, path: Path, document: Document) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if not isinstance(key, str) or not key_node.tag.endswith(":str"):
            fix = say('write "{key}":', key=key) if isinstance(key, str) else say("write a plain word")
            raise _refused(line, say("a key must be text"), fix, path)
        if key in built:
            raise _refused(
                line, say("the key {key!r} is written twice", key=key), say("keep one"), (*path, key)
            )
        document.lines[(*path, key)] = line
        built[key] = _build(value_node, (*path, key), document)
    return built


def _scalar(kind: str, value: str, line: int, path: Path) -> Any:
    try:
        if kind in _KEEP:
            return value
        if kind == "null":
            return None
        if kind == "bool":
            return value.lower() == "true"
        if kind == "int":
            return _integer(value)
        if kind == "float":
            number = float(value.replace("_", ""))
            return number if math.isfinite(number) else value
    except ValueError:
        return value
    raise _refused(line, say("the tag {kind} is not accepted", kind=kind), say("remove the tag"), path)


def _integer(value: str) -> int:
    digits = value.replace("_", "")
    bare = digits.lstrip("+-")
    return int(digits, 0) if bare[:2].lower() in ("0x", "0o", "0b") else int(digits)

"""A FLOIP container as it was exported: flows, blocks, exits, and resources by language and mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr_flows.importing.source import MOST_STATES, ImportRefused, items, mapping, raw, text

MOST_FLOWS = 50
TWO_LETTERS = {
    "ara": "ar", "ben": "bn", "deu": "de", "eng": "en", "fas": "fa", "fra": "fr", "fre": "fr", "ger": "de",
    "hin": "hi", "ita": "it", "nld": "nl", "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru", "spa": "es",
    "swa": "sw", "tam": "ta", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi", "zho": "zh",
}  # fmt: skip
"""ISO 639-3 as the shorter codes that flows are written with."""


@dataclass(frozen=True, slots=True)
class Exit:
    """``to`` is the id of a block, or None where the flow ends."""

    name: str
    to: str | None
    test: str
    default: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One block on the canvas."""

    uuid: str
    name: str
    type: str
    config: Mapping[str, Any]
    exits: tuple[Exit, ...]

    @property
    def default(self) -> str | None:
        """Where the block leads when nothing else is said."""
        return next(
            (exit.to for exit in self.exits if exit.default), self.exits[-1].to if self.exits else None
        )

    @property
    def tests(self) -> tuple[Exit, ...]:
        """The exits with a condition, in their order."""
        return tuple(exit for exit in self.exits if exit.test and not exit.default)


@dataclass(frozen=True, slots=True)
class Flow:
    """``languages`` are the codes here by the identifiers of the source."""

    uuid: str
    name: str
    first: str | None
    exit_block: str | None
    languages: Mapping[str, str]
    modes: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One wording of a resource."""

    language: str
    kind: str
    modes: tuple[str, ...]
    value: str


def is_container(data: Mapping[str, Any]) -> bool:
    """Whether this looks like a container, its parcel, or one flow of it."""
    inner = mapping(data.get("data")) or data
    return isinstance(inner.get("flows"), list) or isinstance(inner.get("blocks"), list)


def read_container(data: Mapping[str, Any]) -> tuple[list[Flow], dict[str, tuple[Value, ...]]]:
    """The flows and the resources; raises :class:`ImportRefused` when there are none, or too many."""
    inner = mapping(data.get("data")) or data
    listed = items(inner.get("flows")) or ([inner] if "blocks" in inner else [])
    found = [node for node in listed if isinstance(node, dict) and items(node.get("blocks"))]
    if not found:
        raise ImportRefused("the container has no flow with blocks: export it again")
    if len(found) > MOST_FLOWS:
        raise ImportRefused(f"the container has over {MOST_FLOWS} flows: divide it")
    resources: dict[str, tuple[Value, ...]] = {}
    for holder in (inner, *found):
        resources.update(_resources(holder.get("resources")))
    return [_flow(node, index) for index, node in enumerate(found)], resources


def _flow(node: Mapping[str, Any], index: int) -> Flow:
    blocks = tuple(_block(item) for item in items(node.get("blocks")) if isinstance(item, dict))
    if len(blocks) > MOST_STATES:
        raise ImportRefused(f"a flow has over {MOST_STATES} blocks: divide it")
    return Flow(
        uuid=raw(node, "uuid", "id") or str(index),
        name=text(node, "name", "label") or "Imported flow",
        first=raw(node, "first_block_id", "firstBlockId") or None,
        exit_block=raw(node, "exit_block_id", "exitBlockId") or None,
        languages=_languages(node),
        modes=tuple(
            str(mode).upper() for mode in items(node.get("supported_modes") or node.get("supportedModes"))
        ),
        blocks=blocks,
    )


def _languages(node: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in items(node.get("languages")):
        language = mapping(item)
        id_ = raw(language, "id") or (item if isinstance(item, str) else "")
        code = raw(language, "bcp_47", "bcp47").partition("-")[0].lower()
        code = code or raw(language, "iso_639_3", "iso639_3") or id_.partition("-")[0]
        code = TWO_LETTERS.get(code.lower(), code.lower())
        if id_ and code.isascii() and code.isalpha() and 2 <= len(code) <= 3:
            found[id_] = code
    return found


def _block(node: Mapping[str, Any]) -> Block:
    exits = (_exit(item) for item in items(node.get("exits")) if isinstance(item, dict))
    return Block(
        uuid=raw(node, "uuid", "id"),
        name=text(node, "name", "label") or "block",
        type=text(node, "type").replace("\\", ".") or "unknown",
        config=mapping(node.get("config")),
        exits=tuple(exits),
    )


def _exit(node: Mapping[str, Any]) -> Exit:
    to = raw(node, "destination_block", "destinationBlock", "destination")
    return Exit(
        text(node, "name", "tag", "label"), to or None, raw(node, "test"), node.get("default") is True
    )


def _resources(node: Any) -> dict[str, tuple[Value, ...]]:
    pairs = node.items() if isinstance(node, dict) else ((None, item) for item in items(node))
    found = {}
    for key, item in pairs:
        resource = mapping(item)
        uuid = raw(resource, "uuid", "id") or (key or "")
        values = resource.get("values", item)
        found[uuid] = tuple(_value(each) for each in items(values) if isinstance(each, dict))
    return found


def _value(node: Mapping[str, Any]) -> Value:
    kind = node.get("content_type", node.get("contentType"))
    kinds = items(kind) or [kind]
    modes = items(node.get("modes"))
    return Value(
        language=raw(node, "language_id", "languageId", "language"),
        kind=str(kinds[0] or "TEXT").upper(),
        modes=tuple(str(mode).upper() for mode in modes),
        value=raw(node, "value"),
    )

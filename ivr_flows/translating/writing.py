"""Writing wordings into the YAML of a flow, leaving everything else as its owner wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from ivr_flows.translating.messages import TITLE


def written(source: str, language: str, taken: Mapping[str, str], *, claim: bool) -> str:
    """The source with these texts, by context; ``claim`` adds the language to ``languages``."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(source)
    for context, text in taken.items():
        if context == TITLE:
            _put(data["title"], language, text)
            continue
        prompt, _, part = context.rpartition(":")
        _put(_wording(data["prompts"][prompt], language), part, text)
    if claim and language not in data["languages"]:
        data["languages"].append(language)
    out = _Bytes()
    yaml.dump(data, out)
    return b"".join(out.parts).decode()


def _put(node: CommentedMap, key: str, text: str) -> None:
    if " ".join(str(node.get(key, "")).split()) != text:
        node[key] = DoubleQuotedScalarString(text)


def _wording(prompt: CommentedMap, language: str) -> Any:
    """The node of a language, new ones written as those beside them.

    The blank line and the comment after a prompt hang on its last entry: a new language goes before
    it, or takes them over when there is only one. The order of languages in a prompt means nothing.
    """
    if language in prompt:
        return prompt[language]
    languages = [key for key in prompt if key != "says"]
    node = CommentedMap()
    if prompt[languages[0]].fa.flow_style():
        node.fa.set_flow_style()
    last = list(prompt)[-1]
    tail = prompt.ca.items.get(last)
    if len(languages) == 1 and tail and tail[2] and str(tail[2].value).startswith("\n"):
        prompt[language] = node
        prompt.ca.items[language] = prompt.ca.items.pop(last)
    else:
        prompt.insert(len(prompt) - 1, language, node)
    return node


class _Bytes:
    """Where ruamel writes to; nothing here is a file."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> None:
        self.parts.append(part)

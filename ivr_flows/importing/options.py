"""What the person who imports knows and the export does not: languages, and names of ours for theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr_flows.importing.names import is_variable
from ivr_flows.importing.source import ImportRefused, mapping
from ivr_flows.reading import read

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
TABLES = ("names", "functions", "transfers", "queues", "hosts", "flows")


@dataclass(frozen=True, slots=True)
class Options:
    """``languages``: the first is for every text that does not say its own.

    The tables map the source's words to ours: ``names`` (``flow.data.name: contact.first_name``),
    ``functions`` (a function's URL or widget to the actions of a step), ``transfers`` (a number to a
    name of the directory), ``queues`` (a workflow or queue to a skill), ``hosts`` (a host to its name
    here), ``flows`` (a sub-flow to the id of a flow).
    """

    languages: tuple[str, ...] = ()
    id: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    transfers: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for language in self.languages:
            if not _LANGUAGE.fullmatch(language):
                raise ImportRefused(f"{language!r} is no language: write fr, en or pt-BR")
        if self.id is not None and not _NAME.fullmatch(self.id):
            raise ImportRefused(f"{self.id!r} is no id of a flow: write lower-case letters, digits and -")


def read_options(text: str, *, languages: tuple[str, ...] = (), id: str | None = None) -> Options:
    """The tables in a YAML file; raises :class:`ImportRefused` or ``FlowInvalid`` when it has others."""
    data = mapping(read(text).data)
    unknown = set(data) - set(TABLES)
    if unknown:
        raise ImportRefused(f"the table {sorted(unknown)[0]!r} is unknown: write one of {', '.join(TABLES)}")
    for table in TABLES:
        for key, value in mapping(data.get(table)).items():
            if not _fits(table, value):
                raise ImportRefused(f"{table}: {key}: {value!r} is no name of ours: correct it")
    return Options(languages=languages, id=id, **{table: mapping(data.get(table)) for table in TABLES})


def _fits(table: str, value: object) -> bool:
    if table == "functions":
        return isinstance(value, dict) and bool(value)
    if not isinstance(value, str):
        return False
    return is_variable(value) if table == "names" else _NAME.fullmatch(value) is not None

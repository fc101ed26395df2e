"""Requests to other systems: a flow names a host and a plain path, never an address."""

from __future__ import annotations

import json
import re
from typing import Any

from ivr_flows.importing.names import kebab_name
from ivr_flows.importing.options import Options
from ivr_flows.importing.source import NotExpressible

_URL = re.compile(r"(?i)https?://([a-z0-9.-]{1,200})(?::\d+)?(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?")
_PATH = re.compile(r"/[A-Za-z0-9/_.-]{0,299}")


def address(url: str, options: Options) -> tuple[str, str, str]:
    """The name of the host, the path and the query of an address; raises :class:`NotExpressible`."""
    match = _URL.fullmatch(url.strip())
    path = (match.group(2) or "/") if match else ""
    if match is None or not _PATH.fullmatch(path) or "//" in path or ".." in path:
        raise NotExpressible(
            "Its address is computed or unusual; a flow of ours names a host and a plain path."
        )
    host = match.group(1).lower()
    return options.hosts.get(host) or kebab_name(host, "host"), path, match.group(3) or ""


def listed(url: str, host: str) -> str:
    """What is to be done about the host."""
    match = _URL.fullmatch(url.strip())
    return f"The host {match.group(1).lower() if match else url} must be on the service's list as {host}."


def flat(body: str) -> list[tuple[str, Any]]:
    """The fields of a JSON body; raises :class:`NotExpressible` when it is more than a flat object."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or any(isinstance(value, dict | list) for value in data.values()):
        raise NotExpressible("Its body is no flat JSON object.")
    return list(data.items())

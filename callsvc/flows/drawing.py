"""The drawing of a flow and the words for what changed, where the engine has them.

One place that knows whether it does: the pages leave out what is None.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import structlog

import ivr_flows

log = structlog.get_logger(__name__)

Counts = Mapping[tuple[str, str], int]  # (step, exit): sessions


def drawing_of(definition: ivr_flows.Definition, counts: Counts | None = None) -> str | None:
    """An SVG of the steps and their exits."""
    drawn = _asked("ivr_flows.drawing", "draw", lambda draw: draw(definition, counts=counts))
    return str(drawn) if drawn is not None else None


def changes_between(old: ivr_flows.Definition, new: ivr_flows.Definition) -> list[str] | None:
    """What a reader would hear differently, in sentences."""
    told = _asked("ivr_flows.comparing", "compare", lambda compare: compare(old, new))
    return [str(sentence) for sentence in told] if told is not None else None


def _asked(module: str, name: str, ask: Callable[[Any], Any]) -> Any:
    if find_spec(module) is None:
        return None
    try:
        return ask(getattr(import_module(module), name))
    except (AttributeError, TypeError) as error:
        log.warning("flow-not-drawn", module=module, error=type(error).__name__)
        return None

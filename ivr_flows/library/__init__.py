"""The flows that come with the service, each with its conversations beside it.

Read through importlib.resources, so that they are found wherever the package is installed.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

_TESTS = ".test.yaml"

EXAMPLES = ("broadcast",)
"""Flows whose message is an example: somebody writes their own before they publish them."""


def names() -> tuple[str, ...]:
    """The ids of the flows, in alphabetical order, such as contact-tracing and front-desk."""
    found = (item.name for item in _here().iterdir())
    return tuple(
        sorted(n.removesuffix(".yaml") for n in found if n.endswith(".yaml") and not n.endswith(_TESTS))
    )


def flow_text(name: str) -> str:
    """The YAML of a flow; raises KeyError for a name that is not in :func:`names`."""
    return _text(name, ".yaml")


def conversations_text(name: str) -> str:
    """The YAML of the conversations beside a flow; raises KeyError likewise."""
    return _text(name, _TESTS)


def _here() -> Traversable:
    return files(__name__)


def _text(name: str, ending: str) -> str:
    if name not in names():
        raise KeyError(f"no flow {name!r} in the library: {', '.join(names())}")
    return (_here() / f"{name}{ending}").read_text("utf-8")

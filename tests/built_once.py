"""What every application of a test process would build anew, though it comes out the same each time.

A test has an application of its own. Two thirds of what one costs go into code that werkzeug writes for each
route and Jinja for each template: the same code, as routes and templates do not change meanwhile. Here it is
written once a process; routes, converters, environments and templates still belong to one application alone.
"""

from collections.abc import Callable
from typing import Any

import flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


def build_once() -> None:
    """From now on, for this process."""
    Rule._compile_builder = _remembered(Rule._compile_builder)  # type: ignore[method-assign]
    flask.Flask.jinja_options = flask.Flask.jinja_options | {"bytecode_cache": _Compiled()}


def _remembered(write: Callable[..., Any]) -> Callable[..., Any]:
    """The functions that build a route's address: they depend on what the key says and on nothing else."""
    written: dict[tuple[object, ...], Any] = {}

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:  # their values would be part of what is written
            return write(rule, append_unknown)
        key = (tuple(rule._trace), append_unknown)
        if key not in written:
            written[key] = write(rule, append_unknown)
        return written[key]

    return compile_builder


class _Compiled(BytecodeCache):
    """Compiled templates by name and checksum of their source."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code

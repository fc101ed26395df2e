"""A vendor's block that asks another system: a webhook with an address, a method and a body."""

from __future__ import annotations

from typing import Any

from ivr_flows.importing.draft import Step
from ivr_flows.importing.floip.acting import value_of
from ivr_flows.importing.floip.container import Block
from ivr_flows.importing.floip.maker import Maker
from ivr_flows.importing.hosts import address, flat, listed
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import NotExpressible, raw

SUFFIXES = ("webhook", "httprequest", "http_request")


def asks(block: Block) -> bool:
    """Whether a block of an unknown type is such a request."""
    return block.type.lower().endswith(SUFFIXES) and bool(raw(block.config, "url"))


def request(maker: Maker, block: Block, entry: Entry) -> None:
    """``http`` with what is sent; what is answered is for its owner to name."""
    url = raw(block.config, "url")
    host, path, query = address(url, maker.options)
    method = raw(block.config, "method").strip().lower() or "get"
    if method not in ("get", "post"):
        raise NotExpressible(f"Its method is {method[:10]}; a flow of ours has get and post.")
    asked: Step = {"host": host, "path": path}
    body = raw(block.config, "body").strip()
    if method == "post":
        asked["method"] = "post"
        if body:
            asked["json"] = _fields(maker, block, flat(body))
    if query:
        asked["query"] = _fields(
            maker, block, [pair.partition("=")[::2] for pair in query.split("&") if pair]
        )
    entry.note("approximated", listed(url, host))
    entry.note("approximated", "What it answers is not kept: name under into what the flow needs.")
    failed = next(
        (exit.to for exit in block.exits if exit.name.lower() in ("error", "failed", "failure")), None
    )
    step: Step = {"http": asked, "on_error": maker.to(failed or block.default, entry)}
    done = next((exit.to for exit in block.exits if exit.name.lower() in ("success", "ok")), block.default)
    maker.leave(step, done, entry)
    maker.add(block, step)


def _fields(maker: Maker, block: Block, pairs: list[Any]) -> dict[str, Any]:
    return {
        str(key): value_of(maker, block, value) if isinstance(value, str) else value
        for key, value in pairs[:20]
    }
